UPDATE inquiry_notice SET told = 2 WHERE told = 0
