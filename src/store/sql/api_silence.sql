SELECT ends FROM silence WHERE id = $1
