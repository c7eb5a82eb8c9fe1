"""Seeded logs in the manner of systems that are not among the handed-out ones, with the statement of each line as its
label.

Written from what such programs are known to print, before the reader of logs was run on them: a batch scheduler in
Java, a phone's step counter, a mail and login host's syslog, a cloud's compute service, a desktop proxy, a web shop's
structured log, a database, a message broker. A statement is a line of the program's source: its words are fixed, what
stands in {braces} is not."""
import random

HOSTS = ["node-17.lab.example.org", "msr-a4", "10.3.7.21", "srv12.dc2", "mx.example.net", "worker-3",
         "cp-1.slow-cloud.example.us", "localhost"]
USERS = ["root", "alice", "svc_backup", "test", "guest", "bob.k", "admin", "oracle"]
FILES = ["/var/lib/app/base/3f", "/tmp/x.lock", "/etc/ntp.conf", "C:\\Programs\\App\\a.dll",
         "/srv/data/part-00017.parquet", "./run.sh"]
STATES = ["NEW", "SCHEDULED", "RUNNING", "SUCCEEDED", "FAILED", "KILLED"]
CLASSES = ["org.app.mr.TaskEvent", "com.app.io.Stream$Reader", "java.util.concurrent.LinkedBlockingQueue",
           "org.app.job.JobHandler"]
WORDS = ["checkout", "inventory", "mail", "search", "billing", "catalog"]


class Draw:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def __getitem__(self, name):
        r = self.r
        hexes = "0123456789abcdef"
        made = {
            "n": lambda: str(r.choice([0, 1, r.randrange(10), r.randrange(1000), r.randrange(10 ** 9)])),
            "neg": lambda: str(-r.randrange(1, 200)),
            "f": lambda: f"{r.random() * r.choice([1, 100, 1e5]):.{r.choice([1, 2, 6])}f}",
            "pct": lambda: f"{r.randrange(101)}%",
            "ip": lambda: ".".join(str(r.randrange(1, 255)) for _ in range(4)),
            "port": lambda: str(r.randrange(1024, 65535)),
            "host": lambda: r.choice(HOSTS),
            "user": lambda: r.choice(USERS),
            "file": lambda: r.choice(FILES),
            "state": lambda: r.choice(STATES),
            "class": lambda: r.choice(CLASSES),
            "word": lambda: r.choice(WORDS),
            "hex": lambda: "".join(r.choice(hexes) for _ in range(r.choice([8, 12, 40]))),
            "ptr": lambda: "0x" + "".join(r.choice(hexes) for _ in range(8)),
            "uuid": lambda: "-".join("".join(r.choice(hexes) for _ in range(k)) for k in (8, 4, 4, 4, 12)),
            "job": lambda: f"job_{r.randrange(10 ** 12, 10 ** 13)}_{r.randrange(100):04d}",
            "task": lambda: f"task_{r.randrange(10 ** 12, 10 ** 13)}_{r.randrange(100):04d}_{r.choice('mr')}_{r.randrange(100):06d}",
            "att": lambda: f"attempt_{r.randrange(10 ** 12, 10 ** 13)}_{r.randrange(100):04d}_{r.choice('mr')}_{r.randrange(100):06d}_{r.randrange(3)}",
            "cont": lambda: f"container_{r.randrange(10 ** 12, 10 ** 13)}_{r.randrange(100):04d}_01_{r.randrange(100):06d}",
            "hashes": lambda: "##".join(str(r.randrange(10 ** r.choice([2, 5, 12]))) for _ in range(6)),
            "clock": lambda: f"{r.randrange(24):02d}:{r.randrange(60):02d}" + r.choice(["", f":{r.randrange(60):02d}"]),
            "life": lambda: r.choice(["<1 sec", f"{r.randrange(60):02d}:{r.randrange(60):02d}",
                                      f"{r.randrange(3):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}"]),
            "date": lambda: f"{r.choice(['Mon', 'Tue', 'Sat'])} {r.choice(['Jun', 'Jul'])} {r.randrange(1, 28):2d} {r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d} 2026",
            "iso": lambda: f"2026-07-{r.randrange(1, 28):02d}T{r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}.{r.randrange(1000):03d}Z",
            "url": lambda: f"https://{r.choice(HOSTS)}:{r.randrange(1024, 9999)}/v2/{r.randrange(10 ** 6)}/{r.choice(WORDS)}?id={r.randrange(99)}",
            "mac": lambda: ":".join(f"{r.randrange(256):02x}" for _ in range(6)),
            "list": lambda: ", ".join(str(r.randrange(1000)) for _ in range(r.randrange(1, 6))),
            "ids": lambda: "[" + ", ".join(f"'{r.choice(WORDS)}-{r.randrange(99)}'"
                                           for _ in range(r.randrange(1, 4))) + "]",
            "mail": lambda: f"<{r.choice(USERS)}@{r.choice(['example.org', 'mail.example.net'])}>",
            "qid": lambda: "".join(r.choice("ABCDEF0123456789") for _ in range(10)),
            "ms": lambda: f"{r.randrange(1, 9000)}{r.choice(['ms', ' ms'])}",
            "kb": lambda: f"{r.random() * 900:.2f} {r.choice(['KB', 'MB'])}",
        }
        return made[name]()


SYSTEMS = {
    "scheduler": """Progress of TaskAttempt {att} is : {f}
{task} Task Transitioned from NEW to SCHEDULED
{task} Task Transitioned from SCHEDULED to RUNNING
{att} TaskAttempt Transitioned from NEW to UNASSIGNED
{att} TaskAttempt Transitioned from ASSIGNED to RUNNING
{job}Job Transitioned from INITED to SETUP
Address change detected. Old: {host}/{ip}:{port} New: {host}:{port}
Retrying connect to server: {host}:{port}. Already tried {n} time(s); retry policy is RetryUpToCount(maxRetries={n}, sleepTime={n} MILLISECONDS)
After Scheduling: PendingReds:{n} ScheduledMaps:{n} AssignedMaps:{n} CompletedReds:{n} HostLocal:{n} RackLocal:{n}
Before Scheduling: PendingReds:{n} ScheduledMaps:{n} AssignedMaps:{n} CompletedReds:{n} HostLocal:{n} RackLocal:{n}
JVM with ID : jvm_{n}_{n}_m_{n} asked for a task
JVM with ID: jvm_{n}_{n}_m_{n} given task: {att}
Resolved {host} to /default-rack
Assigned container {cont} to {att}
Processing the event EventType: CONTAINER_REMOTE_LAUNCH for container {cont} taskAttempt {att}
Processing the event EventType: CONTAINER_REMOTE_CLEANUP for container {cont} taskAttempt {att}
Registering class {class} for class {class}
Shuffle port returned by ContainerManager for {att} : {port}
TaskAttempt: [{att}] using containerId: [{cont} on NM: [{host}:{port}]
ERROR IN CONTACTING RM.
Failed to renew lease for [DFSClient_NONMAPREDUCE_{n}_{n}] for {n} seconds.  Will retry shortly ...
Recalculating schedule, headroom=<memory:{n}, vCores:{neg}>
Reduce slow start threshold not met. completedMapsForReduceSlowstart {n}
Number of reduces for job {job} = {n}
Using callQueue class {class}
Starting Socket Reader #{n} for port {port}
maxContainerCapability: <memory:{n}, vCores:{n}>
Slow ReadProcessor read fields took {ms} (threshold={n}ms); ack: seqno: {n} status: SUCCESS downstreamAckTimeNanos: {n}, targets: [{ip}:{port}, {ip}:{port}]
Input size for job {job} = {n}. Number of splits = {n}""",
    "steps": """onStandStepChanged {n}
onExtend:{n} {n} {n} {n}
getTodayTotalDetailSteps = {hashes}
setTodayTotalDetailSteps={hashes}
calculateCaloriesWithCache totalCalories={n}
calculateAltitudeWithCache totalAltitude={n}
REPORT : {n} {n} {n} {n}
flush sensor data
screen status unknown,think screen on
Already running return!
getScreenState enter
bulkSaveDetailHiHealthData size is {n}
insertHiHealthData() bulkSaveDetail fail errorCode = {n},errorMessage = No route to host
checkFirstSync state is {n}
syncData type {n} start={n} end={n}
deviceId:{n} timeZone:+0{n}00 clientId {n}
upload one batch, cost {ms}, left:{n}
new date ={n}, type={n},{f},old={f}
saveRealTimeHealthDatasStat() saveOneTypeStat failed type is {n}""",
    "syslog": """authentication failure; logname= uid={n} euid={n} tty=NODEVssh ruser= rhost={host}
check pass; user unknown
session opened for user {user} by (uid={n})
session closed for user {user}
connection from {ip} () at {date}
connection from {ip} ({host}) at {date}
ALERT exited abnormally with [{n}]
Kerberos authentication failed
getpeername (ftpd): Transport endpoint is not connected
startup succeeded
shutdown succeeded
cupsd shutdown failed
klogd startup succeeded
{qid}: from={mail}, size={n}, nrcpt={n} (queue active)
{qid}: to={mail}, relay={host}[{ip}]:25, delay={f}, dsn=2.0.0, status=sent (250 ok {n})
{qid}: to={mail}, relay=none, delay={f}, dsn=4.4.1, status=deferred (connect to {host}[{ip}]:25: No route to host)
Out of Memory: Killed process {n} ({word}).
klogd {f}, log source = /proc/kmsg started.
usb {n}-{n}: new high speed USB device using ehci_hcd and address {n}
eth{n}: link up, {n}Mbps, full-duplex, lpa {ptr}
Bluetooth: HCI device and connection manager initialized
CPU{n}: Temperature above threshold, cpu clock throttled (total events = {n})
audit({f}:{n}): avc:  denied  {{ read }} for  pid={n} exe={file} name={word} dev=sda{n} ino={n}
warning: can't get client address: Connection reset by peer
ANONYMOUS FTP LOGIN FROM {ip}, (anonymous)
{user} ({n}) : command continued
DHCPDISCOVER from {mac} via eth{n}
DHCPACK on {ip} to {mac} ({word}) via eth{n}
Adding {n}k swap on /dev/hda{n}.  Priority:{neg} extents:{n}""",
    "cloud": """{ip} "GET /v2/{hex}/servers/detail HTTP/1.1" status: {n} len: {n} time: {f}
{ip} "POST /v2/{hex}/os-server-external-events HTTP/1.1" status: {n} len: {n} time: {f}
{ip} "DELETE /v2/{hex}/servers/{uuid} HTTP/1.1" status: {n} len: {n} time: {f}
[instance: {uuid}] VM Started (Lifecycle Event)
[instance: {uuid}] VM Paused (Lifecycle Event)
[instance: {uuid}] VM Resumed (Lifecycle Event)
[instance: {uuid}] Took {f} seconds to spawn the instance on the hypervisor.
[instance: {uuid}] Took {f} seconds to build instance.
[instance: {uuid}] Total memory: {n} MB, used: {f} MB
[instance: {uuid}] memory limit: {f} MB, free: {f} MB
[instance: {uuid}] vcpu limit not specified, defaulting to unlimited
[instance: {uuid}] Attempting claim: memory {n} MB, disk {n} GB, vcpus {n} CPU
[instance: {uuid}] Claim successful
[instance: {uuid}] Deleting instance files /var/lib/nova/instances/{uuid}_del
[instance: {uuid}] During sync_power_state the instance has a pending task (spawning). Skip.
image {uuid} at (/var/lib/nova/instances/_base/{hex}): checking
image {uuid} at (/var/lib/nova/instances/_base/{hex}): in use: on this node {n} local, {n} on other nodes sharing this instance storage
Active base files: /var/lib/nova/instances/_base/{hex}
Creating event network-vif-plugged:{uuid} for instance {uuid}
HTTP exception thrown: No instances found for any event
Auditing locally available compute resources for node {host}
Final resource view: name={host} phys_ram={n}MB used_ram={n}MB phys_disk={n}GB total_vcpus={n} pci_stats=[]
Total usable vcpus: {n}, total allocated vcpus: {n}
Successfully synced instances from host '{host}'.
The instance sync for host '{host}' did not match. Re-created its InstanceList.
Running instance usage audit for host {host} from {iso} to {iso}. {n} instances.
Compute_service record updated for {host}""",
    "proxy": """{host}:{port} open through proxy {host}:{port} HTTPS
{host}:{port} open through proxy {host}:{port} SOCKS5
{host}:{port} close, {n} bytes sent, {n} bytes received, lifetime {life}
{host}:{port} close, {n} bytes ({kb}) sent, {n} bytes received, lifetime {life}
{host}:{port} close, {n} bytes sent, {n} bytes ({kb}) received, lifetime {life}
{host}:{port} close, {n} bytes ({kb}) sent, {n} bytes ({kb}) received, lifetime {life}
{host}:{port} error : Could not connect through proxy {host}:{port} - Proxy server cannot establish a connection with the target, status code {n}
{host}:{port} error : Could not connect to proxy {host}:{port} - connection attempt failed with error {n}
{host}({n}) *64 - {host}:{port} open through proxy {host}:{port} HTTPS
Profile "{word}" was loaded""",
    "shop": """level=info ts={iso} msg="request done" method=GET path=/{word}/{n} status={n} took={ms}
level=info ts={iso} msg="request done" method=POST path=/{word} status={n} took={ms} user={user}
level=warn ts={iso} msg="slow query" table={word} took={ms} rows={n}
level=error ts={iso} msg="payment refused" order={n} amount={f} reason="No route to host"
cart {uuid} abandoned after {n} minutes with {n} items worth {f} EUR
user {user} logged in from {ip}
user {user} failed to log in from {ip}: wrong password ({n} of 5)
reindexed {n} documents of {word} in {ms}
cache miss ratio {pct} over the last {n} s, evicted {n}
worker {n} picked up mail job {uuid}
worker {n} finished mail job {uuid} in {ms}
sent webhook {url}: {n}
retrying webhook {url} in {n} s (attempt {n}/5): No route to host
stock of sku-{n} fell to {n}, ordering {n} more at {host}
feature flags: {ids}
config reloaded from {file}
GC pause {ms}, heap {kb} -> {kb}""",
    "database": """checkpoint starting: time
checkpoint complete: wrote {n} buffers ({f}%); {n} WAL file(s) added, {n} removed, {n} recycled; write={f} s, sync={f} s, total={f} s
connection received: host={ip} port={port}
connection authorized: user={user} database={word}
disconnection: session time: {clock} user={user} database={word} host={ip} port={port}
duration: {f} ms  execute S_{n}: SELECT * FROM {word} WHERE id = $1
automatic vacuum of table "{word}.public.t{n}": index scans: {n}
automatic analyze of table "{word}.public.t{n}" system usage: CPU: user: {f} s, system: {f} s, elapsed: {f} s
could not receive data from client: Connection reset by peer
canceling statement due to lock timeout
deadlock detected
Process {n} waits for ShareLock on transaction {n}; blocked by process {n}.
temporary file: path "base/pgsql_tmp/pgsql_tmp{n}.{n}", size {n}
recovery restart point at {n}/{hex}
last completed transaction was at log time {iso}
started streaming WAL from primary at {n}/{hex} on timeline {n}
relation "{word}" does not exist at character {n}
duplicate key value violates unique constraint "{word}_pkey"
password authentication failed for user "{user}"
archive command failed with exit code {n}""",
    "broker": """[Log partition={word}-{n}, dir={file}] Rolled new log segment at offset {n} in {n} ms.
[Log partition={word}-{n}, dir={file}] Deleting segments due to retention time {n}ms breach
[Log partition={word}-{n}, dir={file}] Found deletable segments with base offsets [{list}] due to retention size breach
[GroupCoordinator {n}]: Preparing to rebalance group {word}-consumers in state PreparingRebalance with old generation {n} (reason: Adding new member {word}-{uuid})
[GroupCoordinator {n}]: Stabilized group {word}-consumers generation {n}
[GroupCoordinator {n}]: Member {word}-{uuid} in group {word}-consumers has failed, removing it from the group
[ReplicaFetcher replicaId={n}, leaderId={n}] Error sending fetch request (sessionId={n}, epoch={n}) to node {n}: No route to host
[Partition {word}-{n} broker={n}] Shrinking ISR from {n},{n},{n} to {n},{n}
[Partition {word}-{n} broker={n}] Expanding ISR from {n} to {n},{n}
[Controller id={n}] Broker failure callback for {n}
[Controller id={n}] New leader and ISR for partition {word}-{n} is {{"leader":{n},"leader_epoch":{n},"isr":[{list}]}}
Opening socket connection to server {host}/{ip}:{port}. Will not attempt to authenticate using SASL
Client session timed out, have not heard from server in {n}ms for sessionid {ptr}
Established session {ptr} with negotiated timeout {n} for client /{ip}:{port}
Removed {n} expired offsets in {n} milliseconds.
Creating topic {word} with configuration {{}} and initial partition assignment Map({n} -> ArrayBuffer({list}))
Awaiting socket connections on {host}:{port}.""",
}
# Written after the reader was mended on those above, and not looked at line by line since: what it makes of them is
# held out.
UNSEEN = {
    "cluster": """Successfully assigned {word}/{word}-{hex}-x{n} to {host}
Pulling image "registry.example.org:5000/{word}:v{n}.{n}"
Successfully pulled image "registry.example.org:5000/{word}:v{n}.{n}" in {f}s
Created container {word}-{n}
Back-off restarting failed container {word}-{n} in pod {word}-{hex}
Readiness probe failed: Get "http://{ip}:{port}/healthz": dial tcp {ip}:{port}: connect: connection refused
Liveness probe failed: HTTP probe failed with statuscode: {n}
Scaled up replica set {word}-{hex} to {n}
Scaled down replica set {word}-{hex} to {n} from {n}
Node {host} status is now: NodeNotReady
MountVolume.SetUp succeeded for volume "pvc-{uuid}" (UniqueName: "kubernetes.io/csi/{uuid}") pod "{word}-{n}"
error killing pod: failed to kill container with id {hex}
I{n} {port} kubelet.go:{n}] SyncLoop (PLEG): event for pod={word}/{word}-{n} type=ContainerStarted data={hex}
nodes are available: {n} Insufficient memory, {n} Insufficient cpu.
evicting pod {word}-{n}: the node was low on resource: memory""",
    "gateway": """device {mac} joined channel {n} rssi {neg} dBm
device {mac} left (reason {n})
temperature of sensor-{n} is {f} C, humidity {pct}
firmware {n}.{n}.{n} offered to {mac}
firmware update of {mac} failed after {n} of {n} blocks
mqtt: connected to {host}:{port} as gw-{n}
mqtt: lost connection to {host}:{port}, next try in {n} s
battery of sensor-{n} low: {f} V
clock stepped by {f} s, source {ip}
watchdog: task {word} did not report for {ms}
flash: erased sector {n} at {ptr}
radio: crc error on channel {n}, {n} of {n} frames lost
dhcp: lease {ip} renewed for {n} s
buffer {pct} full, dropping samples older than {iso}""",
    "builder": """Cloning {url} into {file}
Checking out commit {hex} as refs/heads/{word}
Restoring cache from key {word}-{hex}: {kb} in {ms}
Cache not found for key {word}-{hex}
Collected {n} tests in {f}s
Test {word}_{n} passed in {ms}
Test {word}_{n} failed in {ms}: assertion at line {n}
Uploading artifact {file} ({n} bytes)
Uploaded {n} artifacts, total size {kb}
Runner {host} took job {n} of pipeline {n}
Job {n} finished with exit code {n} after {clock}
step {n}/{n} : RUN make -j{n}
warning: {n} vulnerabilities found ({n} low, {n} high)
Removing workspace {file} of job {n}""",
    "firewall": """DROP IN=eth{n} OUT= MAC={mac} SRC={ip} DST={ip} LEN={n} TTL={n} ID={n} PROTO=TCP SPT={port} DPT={port} WINDOW={n} SYN
ACCEPT IN=eth{n} OUT=eth{n} SRC={ip} DST={ip} LEN={n} TTL={n} PROTO=UDP SPT={port} DPT={port}
Built outbound TCP connection {n} for outside:{ip}/{port} to inside:{ip}/{port}
Teardown TCP connection {n} for outside:{ip}/{port} to inside:{ip}/{port} duration {clock} bytes {n} TCP FINs
Teardown UDP connection {n} for outside:{ip}/{port} to inside:{ip}/{port} duration {clock} bytes {n}
Deny tcp src outside:{ip}/{port} dst inside:{ip}/{port} by access-group "{word}_in"
User {user} authenticated from {ip}
User {user} rejected from {ip}: invalid password
IKE phase {n} with {ip} established, lifetime {n} s
IKE phase {n} with {ip} deleted
Interface eth{n} changed state to up
Interface eth{n} changed state to down
Rule {n} hit {n} times since {iso}
Route {ip}/{n} via {ip} withdrawn""",
}


def lines(name, seed=20260504, n=2000):
    """[(line, label)]: statements come as often as words do in a text, the k-th about 1/k of the first."""
    draw = Draw(f"{name} {seed}")
    statements = {**SYSTEMS, **UNSEEN}[name].split("\n")
    draw.r.shuffle(statements)
    weights = [1 / (k + 1) for k in range(len(statements))]
    chosen = draw.r.choices(range(len(statements)), weights, k=n)
    return [(statements[k].format_map(draw), k) for k in chosen]
