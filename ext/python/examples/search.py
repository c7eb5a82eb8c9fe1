"""Find the runbook for an alert: words alone here; with weir.Encoder(path) vectors, too."""
import weir

RUNBOOKS = {
    "disk.md": ("Disk full", "No space is left on the volume. Remove old files, then grow it."),
    "pods.md": ("Pods restart", "KubePodCrashLooping fires when a container dies again and again."),
    "lag.md": ("Consumer lag", "The consumer of a stream is behind its topic."),
}
search = weir.Search()
for name, (title, text) in RUNBOOKS.items():
    search.add(name, title, text)
for found in search.ask("why does my pod crash?"):
    print(f"{found.document}  {found.score:.2f}  because of {', '.join(found.why)}")
