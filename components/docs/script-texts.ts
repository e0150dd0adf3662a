/** The whole main job as a script, in two languages; texts with the installation's own address in them. */

export function curlScript(baseUrl: string): string {
  return `#!/bin/sh -e
# Needs curl and jq. Make a token under Settings > API tokens, or use the one that the first start wrote to .data/owner.token.
API=${baseUrl}
TOKEN=\${TOKEN:-$(cat .data/owner.token)}
api() { method=$1; path=$2; shift 2; curl -fsS -X "$method" "$API$path" -H "Authorization: Bearer $TOKEN" "$@"; }
post() { api POST "$1" -H "Content-Type: application/json" -d "$2"; }
of() { printf '%s' "$1" | jq -r "$2"; } # a field of an answer
wait_for() { # until a run has ended; shows what it does
  while :; do
    run=$(api GET "/runs/$1"); state=$(of "$run" .state)
    of "$run" '"\\(.title): \\(.state) \\(.progress.done)/\\(.progress.total // "?")"'
    case $state in succeeded) return ;; failed | cancelled | paused) of "$run" '.error, .pauseMessage'; exit 1 ;; esac
    sleep 2
  done
}

# 1. A project and its data: one {"input": …, "output": …} a line. A fifth is put aside before anything is labelled.
PROJECT=$(post /projects '{"name": "Ticket routing", "kind": "classification"}' | jq -r .id)
UPLOAD=$(api POST "/projects/$PROJECT/uploads?fileName=tickets.jsonl" -T tickets.jsonl | jq -r .id)
DATA=$(post "/projects/$PROJECT/datasets" '{"name": "Tickets", "uploadId": "'$UPLOAD'", "holdoutFraction": 0.2,
  "mapping": {"inputs": ["input"], "output": "output"}}')
wait_for "$(of "$DATA" .runId)"
VERSION=$(of "$DATA" .datasetVersionId)

# 2. The task: labels come from the data; the baseline is what is paid today.
api PUT "/projects/$PROJECT/task" -H "Content-Type: application/json" -d '{"kind": "classification",
  "instruction": "Read the ticket and answer with its queue.", "labelsFrom": "'$VERSION'", "minQuality": 0.9,
  "baselineModel": "gpt-4o", "baselineRequestsPerDay": 20000, "baselineInputTokens": 400, "baselineOutputTokens": 5}' > /dev/null

# 3. A teacher, and its labels under a hard cap of $20. Prices are micro-dollars per million tokens.
TEACHER=$(post /teachers '{"name": "My teacher", "baseUrl": "https://api.openai.com/v1", "model": "gpt-4o",
  "apiKey": "'$OPENAI_API_KEY'", "inputPriceMicrosPerMtok": 2500000, "outputPriceMicrosPerMtok": 10000000}' | jq -r .id)
LABELS=$(post "/projects/$PROJECT/generations" '{"datasetVersionId": "'$VERSION'", "teacherId": "'$TEACHER'",
  "capMicros": 20000000, "autoConfirm": true}' | jq -r .id)
wait_for "$LABELS"

# 4. A student that learns from those labels, on this machine.
TRAINING=$(post "/projects/$PROJECT/finetunes" '{"datasetVersionId": "'$VERSION'", "generationRunId": "'$LABELS'",
  "labelSource": "teacher"}' | jq -r .id)
wait_for "$TRAINING"
STUDENT=$(api GET "/runs/$TRAINING" | jq -r .result.studentId)

# 5. The verdict: teacher and student on the same held-out rows, and what it saves.
JUDGED=$(post "/projects/$PROJECT/evaluations" '{"studentId": "'$STUDENT'"}' | jq -r .id)
wait_for "$JUDGED"
EVALUATION=$(api GET "/runs/$JUDGED" | jq -r .result.evaluationId)
api GET "/evaluations/$EVALUATION" | jq '.report.views.all | {student: .student.figures.accuracy, teacher: .teacher.figures.accuracy, verdict: .verdict.sentence}'
api GET "/projects/$PROJECT/savings" | jq -r .headline.sentence`;
}

export function pythonScript(baseUrl: string): string {
  return `# Python 3.9 or newer, nothing to install.
import json, os, time, urllib.request

API = "${baseUrl}"
TOKEN = os.environ.get("TOKEN") or open(".data/owner.token").read().strip()

def call(method, path, body=None, data=None):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/octet-stream" if data else "application/json"}
    payload = data if data is not None else json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(API + path, payload, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:  # every error says what was wrong, where, and what to do
        raise SystemExit(json.load(error)["error"])

def wait_for(run_id):
    while True:
        run = call("GET", f"/runs/{run_id}")
        print(run["title"], run["state"], run["progress"]["done"], "/", run["progress"]["total"])
        if run["state"] == "succeeded":
            return run["result"]
        if run["state"] in ("failed", "cancelled", "paused"):
            raise SystemExit(run["error"] or run["pauseMessage"])
        time.sleep(2)

# 1. A project and its data: one {"input": ..., "output": ...} a line. A fifth is put aside before anything is labelled.
project = call("POST", "/projects", {"name": "Ticket routing", "kind": "classification"})["id"]
upload = call("POST", f"/projects/{project}/uploads?fileName=tickets.jsonl", data=open("tickets.jsonl", "rb").read())
data = call("POST", f"/projects/{project}/datasets", {
    "name": "Tickets", "uploadId": upload["id"], "holdoutFraction": 0.2,
    "mapping": {"inputs": ["input"], "output": "output"},
})
wait_for(data["runId"])
version = data["datasetVersionId"]

# 2. The task: labels come from the data; the baseline is what is paid today.
call("PUT", f"/projects/{project}/task", {
    "kind": "classification", "instruction": "Read the ticket and answer with its queue.", "labelsFrom": version,
    "minQuality": 0.9, "baselineModel": "gpt-4o", "baselineRequestsPerDay": 20000,
    "baselineInputTokens": 400, "baselineOutputTokens": 5,
})

# 3. A teacher, and its labels under a hard cap of $20. Prices are micro-dollars per million tokens.
teacher = call("POST", "/teachers", {
    "name": "My teacher", "baseUrl": "https://api.openai.com/v1", "model": "gpt-4o", "apiKey": os.environ["OPENAI_API_KEY"],
    "inputPriceMicrosPerMtok": 2_500_000, "outputPriceMicrosPerMtok": 10_000_000,
})["id"]
labels = call("POST", f"/projects/{project}/generations", {
    "datasetVersionId": version, "teacherId": teacher, "capMicros": 20_000_000, "autoConfirm": True,
})["id"]
wait_for(labels)

# 4. A student that learns from those labels, on this machine.
training = call("POST", f"/projects/{project}/finetunes", {
    "datasetVersionId": version, "generationRunId": labels, "labelSource": "teacher",
})["id"]
student = wait_for(training)["studentId"]

# 5. The verdict: teacher and student on the same held-out rows, and what it saves.
judged = call("POST", f"/projects/{project}/evaluations", {"studentId": student})["id"]
report = call("GET", f"/evaluations/{wait_for(judged)['evaluationId']}")["report"]["views"]["all"]
print("student", report["student"]["figures"]["accuracy"])
print("teacher", report["teacher"]["figures"]["accuracy"])
print(report["verdict"]["sentence"])
print(call("GET", f"/projects/{project}/savings")["headline"]["sentence"])`;
}
