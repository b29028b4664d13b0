"""The life of jobs through the unmodified Huawei Cloud SDK for Python.

usage: DLI_SECRET_KEY=... dli_sdk_check.py URL PROJECT_ID ACCESS_KEY

Asserts the bytes the server sent (raw_content), not what the SDK makes of them: the SDK turns a boolean into a text by itself.
Prints one line "ok <check>" for each check, and last a JSON object with the ids of what it left behind.
"""
import json
import os
import sys
import time

import huaweicloudsdkdli.v1 as m
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.http_config import HttpConfig

URL, PROJECT, ACCESS_KEY = sys.argv[1:4]
SECRET_KEY = os.environ["DLI_SECRET_KEY"]
MISSING = 424242
DEADLINE_S = 90

# Keyed state: a count for each of 50 keys. The sink takes all and keeps nothing.
SQL = """
CREATE TABLE numbers (k INT, v BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '200',
  'fields.k.min' = '1', 'fields.k.max' = '50', 'fields.v.kind' = 'sequence', 'fields.v.start' = '1', 'fields.v.end' = '100000000');
CREATE TABLE counts (k INT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT k, COUNT(*) FROM numbers GROUP BY k;
"""


def client_of(access_key, secret_key):
    return (
        m.DliClient.new_builder()
        .with_http_config(HttpConfig(ignore_ssl_verification=True))
        .with_credentials(BasicCredentials(access_key, secret_key, PROJECT))
        .with_endpoint(URL)
        .build()
    )


client = client_of(ACCESS_KEY, SECRET_KEY)


def raw(response):
    assert response.status_code == 200, response.status_code
    return json.loads(response.raw_content)


def equal(actual, expected):
    assert actual == expected, "\n  got      %s\n  expected %s" % (json.dumps(actual), json.dumps(expected))


def refused(call, status, code, says=""):
    """The SDK's own exception, as a program of a user sees it."""
    try:
        call()
    except ClientRequestException as error:
        equal((error.status_code, error.error_code), (status, code))
        assert says in error.error_msg, error.error_msg
        assert error.request_id, "no X-Request-Id"
        return
    raise AssertionError("it was not refused")


def refused_in_array(call, code, says=""):
    """A bulk act that served no job: 400 with an array, which the SDK shows as the message whole."""
    try:
        call()
    except ClientRequestException as error:
        equal(error.status_code, 400)
        errors = json.loads(error.error_msg)
        equal(sorted(errors[0]), ["error_code", "error_msg"])
        equal(errors[0]["error_code"], code)
        assert says in errors[0]["error_msg"], errors
        return
    raise AssertionError("it was not refused")


def ok(name):
    print("ok " + name)


def create(name, **more):
    body = m.CreateFlinkSqlJobRequestBody(name=name, sql_body=SQL, **more)
    return raw(client.create_flink_sql_job(m.CreateFlinkSqlJobRequest(body=body)))


def update(job_id, **fields):
    body = m.UpdateFlinkSqlJobRequestBody(**fields)
    return raw(client.update_flink_sql_job(m.UpdateFlinkSqlJobRequest(job_id=str(job_id), body=body)))


def show(job_id):
    return raw(client.show_flink_job(m.ShowFlinkJobRequest(job_id=str(job_id))))["job_detail"]


def names(**query):
    answer = raw(client.list_flink_jobs(m.ListFlinkJobsRequest(**query)))
    equal(answer["is_success"], "true")
    return [job["name"] for job in answer["job_list"]["jobs"]]


def run(job_ids, resume=None):
    body = m.BatchRunFlinkJobsRequestBody(job_ids=job_ids, resume_savepoint=resume)
    return raw(client.batch_run_flink_jobs(m.BatchRunFlinkJobsRequest(body=body)))


def stop(job_ids, savepoint=None):
    body = m.StopFlinkJobsRequestBody(job_ids=job_ids, trigger_savepoint=savepoint)
    return raw(client.batch_stop_flink_jobs(m.BatchStopFlinkJobsRequest(body=body)))


def wait(job_id, target, passing):
    """Polls until `target`; only `passing` may show before, as Terraform's provider demands."""
    until = time.time() + DEADLINE_S
    while True:
        job = show(job_id)
        if job["status"] == target:
            return job
        assert job["status"] in passing, "%s: %s" % (job["status"], job["status_desc"])
        assert time.time() < until, "still %s after %d s" % (job["status"], DEADLINE_S)
        time.sleep(0.2)


def wait_running(job_id):
    return wait(job_id, "job_running", ("job_init", "job_submitting"))


def wait_stopped(job_id):
    return wait(job_id, "job_cancel_success", ("job_running", "job_canceling", "job_savepointing"))


DELIVERED = [{"is_success": "true", "message": "The request for submitting DLI jobs is successfully delivered."}]
STOPPING = [{"is_success": "true", "message": "The request for stopping DLI jobs is successfully delivered."}]
NO_JOB = {"error_code": "DLI.16001", "error_msg": "The job does not exist."}


def check_keys():
    wrong = client_of(ACCESS_KEY, SECRET_KEY + "x")
    refused(lambda: wrong.list_flink_jobs(m.ListFlinkJobsRequest()), 401, "APIGW.0301", "verify aksk signature fail")
    ok("a wrong secret key")
    unknown = client_of("NOSUCHACCESSKEY", SECRET_KEY)
    refused(lambda: unknown.list_flink_jobs(m.ListFlinkJobsRequest()), 401, "APIGW.0301", "there is no such access key")
    ok("an unknown access key")


def check_drafts():
    tag = m.Tag(key="team", value="sdk")
    answer = create(
        "sdk-main",
        desc="made by the SDK",
        queue_name="default",
        run_mode="exclusive_cluster",
        job_type="flink_opensource_sql_job",
        cu_number=2,
        parallel_number=1,
        checkpoint_enabled=True,
        checkpoint_mode=1,
        checkpoint_interval=5,
        obs_bucket="sdk-bucket",
        idle_state_retention=86400,
        dirty_data_strategy="1",
        runtime_config='[{"key":"table.exec.mini-batch.enabled","value":"false"}]',
        execution_agency_urn="agency",
        tags=[tag],
        resume_max_num=-1,
    )
    job_id = answer["job"]["job_id"]
    job = {"job_id": job_id, "status_name": "job_init", "status_desc": ""}
    equal(answer, {"is_success": "true", "message": "A DLI job is created successfully.", "job": job})
    assert isinstance(job_id, int)
    ok("create a SQL job")

    refused(lambda: create("sdk-main"), 400, "DLI.0006", "sdk-main")
    refused(lambda: create("sdk-x", queue_name="nowhere"), 400, "DLI.0002", "There is no queue named nowhere")
    refused(lambda: create("sdk-x", cu_number=2, parallel_number=9), 400, "DLI.0001", "parallel_number")
    ok("a name taken, an unknown queue, too much parallelism")

    answer = update(job_id, desc="changed by the SDK", checkpoint_interval=2)
    assert isinstance(answer["job"].pop("update_time"), int)
    equal(answer, {"is_success": "true", "message": "The job is updated successfully.", "job": {}})
    detail = show(job_id)
    config = detail["job_config"]
    equal((detail["desc"], detail["sql_body"], detail["status"], detail["start_time"]), ("changed by the SDK", SQL, "job_init", 0))
    equal((detail["project_id"], detail["has_savepoint"], detail["restart_times"]), (PROJECT, False, 0))
    equal((config["checkpoint_mode"], config["checkpoint_interval"], config["idle_state_retention"]), ("exactly_once", 2, 86400))
    equal((config["execution_agency_urn"], config["obs_bucket"], config["root_id"]), ("agency", "sdk-bucket", -1))
    equal(config["runtime_config"], '[{"key":"table.exec.mini-batch.enabled","value":"false"}]')
    ok("update and show")

    other = create("\u4f5c\u4e1a_2")["job"]["job_id"]
    equal(names(name="sdk-", limit=100), ["sdk-main"])
    equal(names(order="asc"), ["sdk-main", "\u4f5c\u4e1a_2"])
    equal(names(name="\u4f5c\u4e1a", status="job_init", queue_name="default", job_type="flink_opensource_sql_job"), ["\u4f5c\u4e1a_2"])
    equal(names(tags="team=sdk", show_detail=True), ["sdk-main"])
    equal(names(offset=1, limit=1), ["sdk-main"])
    equal((names(status="job_running"), names(user_name="nobody"), names(job_type="flink_jar_job")), ([], [], []))
    ok("list with filters")
    return job_id, other


def check_unknown(job_id):
    refused(lambda: show(MISSING), 400, "DLI.16001", "The job does not exist.")
    refused(lambda: update(MISSING, desc="x"), 400, "DLI.16001")
    refused(lambda: client.delete_flink_job(m.DeleteFlinkJobRequest(job_id=str(MISSING))), 400, "DLI.16001")
    refused_in_array(lambda: run([MISSING]), "DLI.16001", "The job does not exist.")
    refused_in_array(lambda: stop([job_id], True), "DLI.0007")
    graph = m.ShowFlinkJobExecutionGraphRequest(job_id=str(job_id))
    refused(lambda: client.show_flink_job_execution_graph(graph), 400, "DLI.0007", "has not run yet")
    ok("unknown jobs, a stop of a draft")


def trigger(job_id, path):
    body = m.ExecuteFlinkJobSavepointRequestBody(action="TRIGGER", savepoint_path=path)
    return raw(client.execute_flink_job_savepoint(m.ExecuteFlinkJobSavepointRequest(job_id=str(job_id), body=body)))


def check_savepoints(job_id):
    equal(run([job_id], False), DELIVERED)
    started = wait_running(job_id)
    assert started["start_time"] > started["create_time"]
    ok("run and wait until it runs")

    graph = raw(client.show_flink_job_execution_graph(m.ShowFlinkJobExecutionGraphRequest(job_id=str(job_id))))["execute_graph"]
    equal(sorted(graph), ["duration", "end-time", "isStoppable", "jid", "name", "start-time", "state"])
    equal((graph["name"], graph["state"], graph["end-time"], graph["isStoppable"]), ("sdk-main", "RUNNING", -1, True))
    refused_in_array(lambda: run([job_id], True), "DLI.0007")
    ok("execution graph, a second run")

    check_metrics(job_id)
    answer = trigger(job_id, "sdk-bucket/by-hand/")
    equal(answer, {"is_success": "true", "message": '{"is_success":"true","message":"api.msg.deal_savepoint_success"}'})
    saved = wait(job_id, "job_running", ("job_savepointing",))
    by_hand = saved["savepoint_path"]
    assert saved["has_savepoint"] and by_hand.startswith("obs://sdk-bucket/by-hand/"), by_hand
    ok("trigger a savepoint")

    equal(stop([job_id], True), STOPPING)
    stopped = wait_stopped(job_id)
    on_stop = stopped["savepoint_path"]
    assert stopped["has_savepoint"] and on_stop.startswith("obs://sdk-bucket/jobs/savepoint/%d/" % job_id), on_stop
    ok("stop with a savepoint")

    refused_in_array(lambda: run([job_id], False), "DLI.0007", "resume_savepoint=true")
    equal(show(job_id)["status"], "job_cancel_success")
    ok("an empty start of a job with state is refused")
    return by_hand, on_stop


def import_savepoint(job_id, path):
    body = m.ImportFlinkJobSavepointRequestBody(job_id=job_id, savepoint_path=path)
    return raw(client.import_flink_job_savepoint(m.ImportFlinkJobSavepointRequest(job_id=str(job_id), body=body)))


def check_resume(job_id, by_hand):
    refused(lambda: import_savepoint(job_id, "sdk-bucket/nothing-here/"), 400, "DLI.0007", "No snapshot here")
    equal(import_savepoint(job_id, by_hand), {"is_success": "true", "message": "The job is updated successfully."})
    equal(show(job_id)["savepoint_path"], by_hand)
    ok("import a savepoint")
    equal(run([job_id], True), DELIVERED)
    wait_running(job_id)
    ok("run from the imported savepoint")
    equal(stop([job_id]), STOPPING)
    equal(wait_stopped(job_id)["savepoint_path"], by_hand)
    ok("stop without a savepoint")


def check_jar():
    body = m.CreateFlinkJarJobRequestBody(
        name="sdk-jar", entrypoint="obs://sdk-bucket/a.jar", main_class="com.example.Main", entrypoint_args="--x 1",
        dependency_jars=["obs://sdk-bucket/b.jar"], feature="basic", flink_version="1.15",
    )
    answer = raw(client.create_flink_jar_job(m.CreateFlinkJarJobRequest(body=body)))
    job_id = answer["job"]["job_id"]
    equal((answer["is_success"], answer["message"]), ("true", "A Flink job is created successfully."))
    change = m.UpdateFlinkJarJobRequestBody(main_class="com.example.Other")
    answer = raw(client.update_flink_jar_job(m.UpdateFlinkJarJobRequest(job_id=str(job_id), body=change)))
    equal((answer["is_success"], answer["message"]), ("true", "The job is updated successfully."))
    detail = show(job_id)
    equal((detail["job_type"], detail["main_class"], detail["entrypoint_args"]), ("flink_jar_job", "com.example.Other", "--x 1"))
    config = detail["job_config"]
    equal((config["entrypoint"], config["dependency_jars"]), ("obs://sdk-bucket/a.jar", ["obs://sdk-bucket/b.jar"]))
    equal((config["feature"], config["flink_version"]), ("basic", "1.15"))
    ok("create and update a Jar job")
    return job_id


def check_tags(job_id):
    where = {"resource_type": "dli_flink_job", "resource_id": str(job_id)}
    add = m.BatchCreateResourceTagsRequestBody(tags=[m.Tag(key="stage", value="test")])
    equal(client.batch_create_resource_tags(m.BatchCreateResourceTagsRequest(body=add, **where)).status_code, 204)
    remove = m.BatchDeleteResourceTagsRequestBody(tags=[m.Tag(key="team", value="sdk")])
    equal(client.batch_delete_resource_tags(m.BatchDeleteResourceTagsRequest(body=remove, **where)).status_code, 204)
    answer = raw(client.show_resource_tags(m.ShowResourceTagsRequest(**where)))
    equal(answer, {"tags": [{"key": "stage", "value": "test"}]})
    body = m.RegisterBucketRequestBody(obs_buckets=["sdk-bucket"])
    equal(raw(client.register_bucket(m.RegisterBucketRequest(body=body))), {"is_success": True, "message": ""})
    ok("tags, a bucket authorised")


def templates(**query):
    answer = raw(client.list_flink_sql_job_templates(m.ListFlinkSqlJobTemplatesRequest(**query)))
    equal(answer["is_success"], True)
    return answer["template_list"]["templates"]


def check_templates():
    body = m.CreateFlinkSqlJobTemplateRequestBody(name="sdk-template", desc="by the SDK", sql_body=SQL, job_type="flink_sql_job")
    answer = raw(client.create_flink_sql_job_template(m.CreateFlinkSqlJobTemplateRequest(body=body)))
    template = answer.pop("template")
    equal(answer, {"is_success": True, "message": "The template is successfully created."})
    equal(sorted(template), ["create_time", "desc", "job_type", "name", "template_id"])
    template_id = template["template_id"]
    assert isinstance(template_id, int) and isinstance(template["create_time"], int)
    body = m.UpdateFlinkSqlJobTemplateRequestBody(name="sdk-template", desc="changed")
    request = m.UpdateFlinkSqlJobTemplateRequest(template_id=str(template_id), body=body)
    equal(raw(client.update_flink_sql_job_template(request))["is_success"], True)
    found = templates(name="sdk-temp", limit=100)
    equal([(one["template_id"], one["desc"], one["sql_body"], one["job_type"]) for one in found], [(template_id, "changed", SQL, "flink_sql_job")])
    request = m.DeleteFlinkSqlJobTemplateRequest(template_id=str(template_id))
    answer = raw(client.delete_flink_sql_job_template(request))
    equal((answer["is_success"], answer["template"]), (True, {"template_id": template_id}))
    equal(templates(), [])
    refused(lambda: client.delete_flink_sql_job_template(request), 400, "DLI.0002")
    ok("templates made, changed, listed, deleted")


def check_metrics(job_id):
    body = m.ShowFlinkMetricRequestBody(job_ids=[job_id])
    until = time.time() + DEADLINE_S
    while True:
        answer = raw(client.show_flink_metric(m.ShowFlinkMetricRequest(body=body)))
        metrics = answer["metrics"]["jobs"][0]["metrics"]
        if metrics["sources"] and metrics["sources"][0]["records"] > 0:
            break
        assert time.time() < until, answer
        time.sleep(0.2)
    equal((answer["is_success"], answer["metrics"]["jobs"][0]["job_id"]), (True, job_id))
    equal([one["name"] for one in metrics["sources"] + metrics["sinks"]], ["numbers", "counts"])
    assert isinstance(metrics["total_read_rate"], (int, float)) and isinstance(metrics["total_write_rate"], (int, float))
    ok("metrics of a running job")


def check_graph(job_id):
    body = m.CreateFlinkSqlJobGraphRequestBody(sql_body=SQL, job_type="flink_opensource_sql_job", graph_type="simple_graph", parallel_number=1)
    answer = raw(client.create_flink_sql_job_graph(m.CreateFlinkSqlJobGraphRequest(job_id=str(job_id), body=body)))
    equal(answer["is_success"], True)
    graph = json.loads(answer["stream_graph"])
    equal(graph["name"], "sdk-main")
    known = {node["id"] for node in graph["nodes"]}
    heads = [node["operator"] for node in graph["nodes"] if not node["inputs"]]
    equal(heads, ["numbers"])
    assert all(entry["id"] in known and entry["ship_strategy"] for node in graph["nodes"] for entry in node["inputs"]), graph
    equal({one["id"] for one in graph["operator_list"]}, known)
    body.sql_body = "SELEC 1"
    refused(lambda: client.create_flink_sql_job_graph(m.CreateFlinkSqlJobGraphRequest(job_id=str(job_id), body=body)), 400, "DLI.0005")
    ok("stream graph")


def import_jobs(path, cover=None):
    body = m.ImportFlinkJobsRequestBody(zip_file=path, is_cover=cover)
    answer = raw(client.import_flink_jobs(m.ImportFlinkJobsRequest(body=body)))
    equal(answer["is_success"], "true")
    return answer["job_mapping"]


def check_moves(job_id):
    body = m.ExportFlinkJobsRequestBody(obs_dir="sdk-bucket/export", is_selected=True, job_selected=[job_id])
    answer = raw(client.export_flink_jobs(m.ExportFlinkJobsRequest(body=body)))
    equal(answer["is_success"], "true")
    (path,) = answer["zip_file"]
    assert path.startswith("sdk-bucket/export/") and path.endswith(".zip"), path
    kept = import_jobs(path)
    equal([(one["old_job_id"], one["new_job_id"]) for one in kept], [(job_id, -1)])
    equal(raw(client.delete_flink_job(m.DeleteFlinkJobRequest(job_id=str(job_id))))["is_success"], "true")
    (made,) = import_jobs("sdk-bucket/export", True)
    assert made["new_job_id"] > job_id and made["remark"].startswith("Job successfully created"), made
    equal(show(made["new_job_id"])["status"], "job_init")
    refused(lambda: import_jobs("sdk-bucket/nothing-here"), 400, "DLI.0002", "Nothing was imported")
    ok("export and import")
    return made["new_job_id"]


def check_deletion(first, second):
    body = m.BatchDeleteFlinkJobsRequestBody(job_ids=[first, MISSING, second])
    answer = raw(client.batch_delete_flink_jobs(m.BatchDeleteFlinkJobsRequest(body=body)))
    done = {"is_success": "true", "message": "The job is successfully deleted."}
    equal(answer, [done, {"is_success": "false", "message": "DLI.16001: The job does not exist.", **NO_JOB}, done])
    for job_id in (first, second):
        refused(lambda: show(job_id), 400, "DLI.16001")
    ok("batch delete")

    running = create("sdk-delete-running")["job"]["job_id"]
    run([running])
    wait_running(running)
    equal(raw(client.delete_flink_job(m.DeleteFlinkJobRequest(job_id=str(running)))), done)
    until = time.time() + DEADLINE_S
    while names(name="sdk-delete-running"):
        assert time.time() < until, "it is still there"
        time.sleep(0.2)
    refused(lambda: show(running), 400, "DLI.16001")
    ok("delete a running job")


check_keys()
main_id, draft_id = check_drafts()
check_unknown(main_id)
by_hand_path, on_stop_path = check_savepoints(main_id)
check_resume(main_id, by_hand_path)
jar_id = check_jar()
check_tags(main_id)
check_graph(main_id)
check_templates()
jar_id = check_moves(jar_id)
check_deletion(draft_id, jar_id)
print(json.dumps({"jobId": main_id, "byHand": by_hand_path, "onStop": on_stop_path}))
