SELECT seq, time, pipeline, kind, summary, detail FROM change WHERE time >= $1 AND time <= $2 ORDER BY time DESC, seq DESC LIMIT 64
