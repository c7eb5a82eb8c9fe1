INSERT INTO inquiry_notice (inquiry, event, time, told) VALUES ($1, $2, $3, $4) ON CONFLICT (inquiry, event) DO NOTHING
