SELECT d.hash, d.body FROM active_document a JOIN document d ON d.hash = a.hash WHERE a.kind = $1
