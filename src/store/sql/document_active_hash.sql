SELECT hash FROM active_document WHERE kind = $1
