UPDATE inquiry SET updated = $2, message = '', subject_key = '', sketch = '[]' WHERE person = $1
