UPDATE pipeline SET spec = ''
