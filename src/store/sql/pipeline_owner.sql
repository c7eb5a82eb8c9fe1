SELECT owner FROM pipeline WHERE name = $1
