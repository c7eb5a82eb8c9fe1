SELECT n FROM inquiry_load WHERE consultant = $1
