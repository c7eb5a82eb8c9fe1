UPDATE effect SET state = 'pending' WHERE state = 'held' AND kind = 'notify'
