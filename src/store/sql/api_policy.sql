SELECT d.hash, d.body, a.seq FROM active_document AS a JOIN document AS d ON d.hash = a.hash WHERE a.kind = 'policy'
