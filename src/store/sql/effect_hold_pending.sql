UPDATE effect SET state = 'held' WHERE state = 'pending'
