"""Peer: SpiffWorkflow, the lifecycle as BPMN and the gate as DMN, kept with its serializer."""

import json
import sys
from xml.sax.saxutils import escape

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState

from bench.peers import domain
from bench.workers import serve

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def gate() -> str:
    """Return a table that collects the criteria that are met: one rule for each."""
    names = [(name, rule) for name, rule, _, _ in domain.CRITERIA]
    inputs = "".join(
        f'<input id="i{place}" label="{name}"><inputExpression id="e{place}" typeRef="boolean">'
        f"<text>{escape(rule)}</text></inputExpression></input>"
        for place, (name, rule) in enumerate(names)
    )
    rules = "".join(
        f'<rule id="r{place}">{_cells(place, len(names))}'
        f'<outputEntry id="o{place}"><text>"{name}"</text></outputEntry></rule>'
        for place, (name, _) in enumerate(names)
    )
    output = '<output id="out" name="met" typeRef="string"/>'
    table = f'<decisionTable id="t" hitPolicy="COLLECT">{inputs}{output}{rules}</decisionTable>'
    decision = f'<decision id="gate" name="gate">{table}</decision>'
    return f'<definitions xmlns="{_DMN}" id="d" name="gate" namespace="n">{decision}</definitions>'


def _cells(own: int, count: int) -> str:
    return "".join(
        f'<inputEntry id="c{own}_{place}"><text>{text}</text></inputEntry>'
        for place, text in enumerate("True" if item == own else "-" for item in range(count))
    )


def lifecycle() -> str:
    """Return a user task for each stage, its gate, and a gateway back where it is not met."""
    wanted = f"len(met) == {len(domain.CRITERIA)} and set(roles) == {{'sponsor', 'finance'}}"
    called = "<spiffworkflow:calledDecisionId>gate</spiffworkflow:calledDecisionId>"
    nodes = [f'<bpmn:userTask id="{stage}" name="{stage}"/>' for stage in domain.STAGES]
    flows = [_flow("first", "start", domain.STAGES[0])]
    for stage, target in zip(domain.STAGES, domain.STAGES[1:], strict=False):
        elements = f"<bpmn:extensionElements>{called}</bpmn:extensionElements>"
        nodes += (
            f'<bpmn:businessRuleTask id="gate_{stage}">{elements}</bpmn:businessRuleTask>',
            f'<bpmn:exclusiveGateway id="way_{stage}" default="stay_{stage}"/>',
        )
        flows += (
            _flow(f"leave_{stage}", stage, f"gate_{stage}"),
            _flow(f"judged_{stage}", f"gate_{stage}", f"way_{stage}"),
            _flow(f"go_{stage}", f"way_{stage}", target, wanted),
            _flow(f"stay_{stage}", f"way_{stage}", stage),
        )
    flows.append(_flow("last", domain.STAGES[-1], "end"))
    spaces = f'xmlns:bpmn="{_MODEL}" xmlns:xsi="{_XSI}" xmlns:spiffworkflow="{_SPIFF}"'
    ends = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
    body = f"{ends}{''.join(nodes)}{''.join(flows)}"
    process = f'<bpmn:process id="lifecycle" isExecutable="true">{body}</bpmn:process>'
    return f'<bpmn:definitions {spaces} id="d" targetNamespace="n">{process}</bpmn:definitions>'


def _flow(name: str, source: str, target: str, condition: str = "") -> str:
    told = (
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
        f"{escape(condition)}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<bpmn:sequenceFlow id="{name}" {ends}>{told}</bpmn:sequenceFlow>'


class Office:
    """Does the commands."""

    def __init__(self, file: str, accounts: int) -> None:
        domain.fill(file, accounts)
        self._script = PythonScriptEngine()
        registry = BpmnWorkflowSerializer.configure(SPIFF_CONFIG)
        self._serializer = BpmnWorkflowSerializer(registry)
        self._execute = domain.connect(file).execute
        self._execute("CREATE TABLE workflow (account_id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        state = self._serializer.serialize_json(self._started())
        self._execute("INSERT INTO workflow SELECT id, ? FROM account", (state,))

    def _started(self) -> BpmnWorkflow:
        parser = SpiffBpmnParser()
        parser.add_bpmn_str(lifecycle().encode())
        parser.add_dmn_str(gate().encode())
        specs = parser.get_spec("lifecycle"), parser.get_subprocess_specs("lifecycle")
        workflow = BpmnWorkflow(*specs, script_engine=self._script)
        workflow.do_engine_steps()
        return workflow

    def command(self, number: int) -> None:
        """Cast the last vote."""
        run, account, key, at = self._execute, number + 1, f"key-{number}", domain.AT
        run("BEGIN IMMEDIATE")
        if run('SELECT 1 FROM request WHERE "key"=?', (key,)).fetchall():
            raise SystemExit("used before")
        statement = (
            "SELECT stage, version, head, facts, state FROM account "
            "JOIN workflow ON account_id = account.id WHERE account.id=?"
        )
        left, version, head, told, state = run(statement, (account,)).fetchone()
        run(
            "INSERT INTO vote (account_id, stage, role, person, answer, at) VALUES (?,?,?,?,?,?)",
            (account, left, "finance", domain.CONTROLLER, "approve", at),
        )
        found = run(
            "SELECT role FROM vote WHERE account_id=? AND stage=? AND answer='approve'",
            (account, left),
        )
        facts = json.loads(told)
        stage, state, met = self._moved(state, facts, [role for (role,) in found])
        if stage != domain.NEXT[left]:
            raise SystemExit("refused")
        findings = [
            {"id": name, "rule": rule, "met": name in met, "values": {k: facts[k] for k in read}}
            for name, rule, read, _ in domain.CRITERIA
        ]
        link = domain.chained(head, account, version + 1, findings)
        run("UPDATE workflow SET state=? WHERE account_id=?", (state, account))
        run(
            "UPDATE account SET stage=?, version=?, head=?, entered_at=? WHERE id=? AND version=?",
            (stage, version + 1, link, at, account, version),
        )
        shared = (account, version + 1, at, domain.CONTROLLER)
        run(
            "INSERT INTO history (account_id, sequence, at, actor, event, left_stage, stage, "
            "findings, hash) VALUES (?,?,?,?,?,?,?,?,?)",
            (*shared, "advance", left, stage, json.dumps(findings), link),
        )
        payload = json.dumps(domain.message(account, left, stage, version + 1))
        run(
            "INSERT INTO outbox (account_id, type, at, payload) VALUES (?,?,?,?)",
            (account, "advanced", at, payload),
        )
        kept = json.dumps(domain.answer(stage, findings))
        run("INSERT INTO request VALUES (?,?,?,?)", (key, account, kept, at))
        run("COMMIT")

    def _moved(
        self, state: str, facts: domain.Facts, roles: list[str]
    ) -> tuple[str, str, set[str]]:
        """Return the stage after the user task, the workflow to keep, and the criteria met."""
        workflow = self._serializer.deserialize_json(state)
        workflow.script_engine = self._script
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        days = (domain.TODAY - domain.date.fromisoformat(facts["reviewed_on"])).days
        task.data.update(facts, roles=roles, days_since_review=days)
        task.run()
        workflow.do_engine_steps()
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        met = set(task.data["met"])
        return task.task_spec.name, self._serializer.serialize_json(workflow), met


def main(file: str, accounts: str) -> None:
    """Serve commands."""
    serve(Office(file, int(accounts)).command, lambda done: domain.check(file, done))


if __name__ == "__main__":
    main(*sys.argv[1:])
