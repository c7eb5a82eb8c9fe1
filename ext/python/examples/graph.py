"""What breaks if a column changes?"""
import weir

graph = weir.Graph()
graph.sql("load", "create table mart.sums as select customer, sum(total) as s from raw.orders group by customer")
graph.job("report", reads=["mart.sums"], writes=["mail.monday"])
for visit in graph.impact("raw.orders.total"):
    print("  " * visit.depth, visit.node.kind, visit.node.name, visit.what)
