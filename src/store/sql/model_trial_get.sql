SELECT version, champion, share, judged, agreed, began FROM model_trial WHERE name = $1
