"""What is new in a failed run, and where its column came from."""
import weir

passed = "load orders.csv\n812 rows in 14 ms\ntransform\ndone\n"
failed = "load orders.csv\n790 rows in 11 ms\ntransform\nerror: column 'amount' does not exist\n  in total.sql, line 3\n"
for line in weir.log_diff(passed, failed).ranked:
    print(f"line {line.number}: {line.text}")

sql = "create table daily as select o.day, sum(o.amount) as total from orders o group by o.day"
for flow in weir.sql_lineage(sql).statements[0].flows:
    print(f"{flow.from_table}.{flow.from_column} -> {flow.to_table}.{flow.to_column or '(rows)'}  {flow.kind}")
