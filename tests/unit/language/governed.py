"""A small policy that uses everything that can be said of approvals."""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages: {candidate: {kind: initial}, planning: {kind: active}, rejected: {kind: end}}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, gate: G, approval: AP-A}
    - {id: A2, trigger: back, from: planning, to: candidate}
    - {id: A3, trigger: reject, from: candidate, to: rejected, approval: AP-R}
    - {id: A4, trigger: reconsider, from: rejected, to: planning}
    - {id: A5, trigger: stop, from: planning, to: rejected, approval: AP-S}
"""

WORDS = """
parameters:
  remind_pct: {type: percent, value: 50}
  waiver_days: {type: integer, value: 90, unit: days}
facts:
  account:
    account.kam: {type: person}
    account.budget: {type: number}
    account.ready: {type: flag}
roles:
  kam: {who: key account manager, holder: account.kam}
  sponsor: {who: sponsor, higher: [board]}
  board: {who: the board}
  finance: {who: finance, higher: [board]}
  head: {who: head of a function}
  auditor: {who: auditor}
  admin: {who: users}
gates:
  G:
    subject: account
    criteria:
      - {id: G-1, must: account.ready, waived_by: [finance]}
      - {id: G-2, must: account.budget > 1, waivable: false}
"""

APPROVALS = """
approvals:
  AP-A:
    steps:
      - {title: Finance, when: account.budget > 5, voters: [finance]}
      - title: All
        need: any
        ballots:
          - {voters: [board], rule: majority, quorum: 60%, chair: board, tie: chair}
          - {voters: [{role: head, each: function}], rule: all}
      - {voters: [sponsor], rule: everybody}
    auto_when: account.budget > 100
    deadline: 3 business days
    escalate_to: [sponsor, board]
    returns: 2
    call_in: {by: [board], within: 5 business days, approval: AP-C, undo: A2}
    spot_check: {share: 10%, by: [auditor], within: 10 days}
  AP-R:
    voters: [sponsor]
    rule: at_least 60%
    quorum: 4
    appeal: {by: [account.kam, sponsor], within: 10 business days, approval: AP-C, transition: A4}
  AP-C: {voters: [board], rule: majority, tie: approve}
  AP-S: {voters: [board], deadline: 2 days}
"""

AROUND = """
approving:
  deadline: 10 business days
  remind: [P.remind_pct, 80]
  escalate: [100, 150]
  expire: 300
  returns: 4
  condition_days: P.waiver_days
waiving: {approval: AP-C, longest: P.waiver_days, asked_by: [kam]}
break_glass:
  asked_by: [sponsor]
  confirmed_by: [board]
  reviewed_by: [auditor]
  review_within: 5 business days
  deadline: 2 business days
rights: {reassign: [board], absence: [board, sponsor]}
duties:
  D-1:
    title: who asks does not vote
    on: [vote]
    who: [requester, account.kam, kam]
    except: [AP-S]
    only: [AP-*]
    why: two pairs of eyes
    source: policy
  D-2: {title: apart, on: [assign], apart: [[admin], [board, sponsor]]}
  D-3: {title: ready, kept_by: criterion G-1}
  D-4: {title: emergencies, kept_by: key break_glass}
  D-5: {title: one vote each, kept_by: engine}
"""
