SELECT 1 FROM inquiry_erased WHERE person = $1
