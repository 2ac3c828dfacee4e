"""Every address of both sites and what each person gets there. Written by hand from domain.md §6: it is never
made from the access table, for then it could not find a fault in it.

A number is the answer's status. `go` means: past the door, whatever is said about the (empty) form behind it:
200, 303, 409 or 422. 302 leads to the sign-in. {braces} name a thing of doors_world: of a household of `vw`,
in the township of `to` and `tl`, in the county of `cs`, looked after by the unit of `dut` once it is filed.
The cohort covers the county of `fcs` too; of households elsewhere none can be ticked for a batch (422).
"""

# vw village worker, to township officer, tl township lead, cs county office, cl its lead, dep a department
# of all twelve actions, saf 妇联 with all twelve as well, dut the unit's contact, adm platform administrator,
# fvw a village worker and fcs a county officer elsewhere, vol and cha a signed-in volunteer and charity,
# str a stranger.
OFFICE = """
                                                     vw  to  tl  cs  cl  dep saf dut adm fvw fcs vol cha str
GET  /                                               200 200 200 200 200 200 200 200 200 200 200 302 302 302
GET  /rules                                          200 200 200 200 200 200 200 200 200 200 200 302 302 302
GET  /late                                           404 200 200 200 200 404 404 404 404 404 200 302 302 302

GET  /login                                          200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /elder                                          303 303 303 303 303 303 303 303 303 303 303 303 303 303
POST /login                                          go  go  go  go  go  go  go  go  go  go  go  go  go  go
POST /login/demo                                     404 404 404 404 404 404 404 404 404 404 404 404 404 404
POST /logout                                         go  go  go  go  go  go  go  go  go  go  go  go  go  go
GET  /post                                           200 200 200 200 200 200 200 200 200 200 200 404 404 404
POST /post                                           404 404 404 404 404 404 404 404 404 404 404 404 404 404
GET  /healthz                                        200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /readyz                                         200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /metrics                                        200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET  /static/css/jiedui.css                          200 200 200 200 200 200 200 200 200 200 200 200 200 200

GET  /cases/                                         200 200 200 200 200 404 404 404 404 200 200 302 302 302
GET  /cases/{case}                                   200 200 200 200 200 404 404 200 404 404 404 302 302 302
GET  /cases/{case_new}                               200 200 200 200 200 404 404 404 404 404 404 302 302 302
GET  /cases/{case}/timeline                          200 200 200 200 200 404 404 200 404 404 404 302 302 302
POST /cases/{case}/reveal                            403 403 403 go  go  404 404 go  404 404 404 302 302 302
GET  /cases/new                                      200 404 404 404 404 404 404 404 404 200 404 302 302 302
POST /cases/new                                      go  404 404 404 404 404 404 404 404 go  404 302 302 302
POST /cases/new/keep                                 go  404 404 404 404 404 404 404 404 go  404 302 302 302
GET  /cases/new/{key}                                200 404 404 404 404 404 404 404 404 404 404 302 302 302
POST /cases/new/{key}                                go  404 404 404 404 404 404 404 404 404 404 302 302 302
GET  /cases/new/{key}/members                        200 404 404 404 404 404 404 404 404 404 404 302 302 302
POST /cases/new/{key}/members                        go  404 404 404 404 404 404 404 404 404 404 302 302 302
POST /cases/new/{key}/members/0/remove               go  404 404 404 404 404 404 404 404 404 404 302 302 302
GET  /cases/new/{key}/review                         200 404 404 404 404 404 404 404 404 404 404 302 302 302
POST /cases/new/{key}/review                         go  404 404 404 404 404 404 404 404 404 404 302 302 302
GET  /cases/new/{key}/discard                        200 404 404 404 404 404 404 404 404 404 404 302 302 302
POST /cases/new/{key}/discard                        go  404 404 404 404 404 404 404 404 404 404 302 302 302

GET  /cases/{case_new}/check                         200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/check                         go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/check/keep                    go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_new}/amend                         200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/amend                         go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_new}/members/new                   200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/members/new                   go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_new}/members/{member}              200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/members/{member}              go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_new}/members/{member}/number       200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_new}/members/{member}/number       go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case}/consents                          200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case}/consents                          go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case}/consents/{consent}/withdraw       200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case}/consents/{consent}/withdraw       go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_checked}/evaluation                200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_checked}/evaluation                go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_checked}/evaluation/keep           go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_failed}/reopen                     200 403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_failed}/reopen                     go  403 403 403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{listing}/list                           200 200 200 200 200 404 404 404 404 404 404 302 302 302
POST /cases/{listing}/list/difficulties              go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{listing}/list/difficulties/{diff}/remove go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{listing}/list/needs                     go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{listing}/list/needs/{draft_need}/remove go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{listing}/list/submit                    go  403 403 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case}/list/needs/{need_listed}/confirm  403 go  go  403 403 404 404 403 404 404 404 302 302 302
GET  /cases/{case_reported}/determination            403 200 200 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_reported}/determination            403 403 go  403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_reported}/determination/return     403 go  go  403 403 404 404 404 404 404 404 302 302 302
GET  /cases/{case_objected}/objection                403 403 200 403 403 404 404 404 404 404 404 302 302 302
POST /cases/{case_objected}/objection                403 403 go  403 403 404 404 404 404 404 404 302 302 302

GET  /batches/                                       404 200 200 200 200 404 404 404 404 404 200 302 302 302
POST /batches/                                       404 go  403 403 403 404 404 404 404 404 422 302 302 302
GET  /batches/{batch_draft}                          404 200 200 404 404 404 404 404 404 404 404 302 302 302
POST /batches/{batch_draft}/submit                   404 403 go  404 404 404 404 404 404 404 404 302 302 302
POST /batches/items/{item_draft}/remove              404 go  403 404 404 404 404 404 404 404 404 302 302 302
GET  /batches/{batch_sent}                           404 200 200 200 200 404 404 404 404 404 404 302 302 302
POST /batches/{batch_sent}/recall                    404 403 go  403 403 404 404 404 404 404 404 302 302 302
POST /batches/{batch_sent}/review                    404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /batches/{batch_sent}/finish                    404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /batches/items/{item_draft}                     404 404 404 404 404 404 404 404 404 404 404 302 302 302
GET  /batches/items/{item_sent}                      404 404 404 200 200 404 404 404 404 404 404 302 302 302
POST /batches/items/{item_sent}/file                 404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /batches/items/{item_sent}/return               404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /batches/items/{item_sent}/object               404 404 404 go  403 404 404 404 404 404 404 302 302 302

GET  /imports/                                       404 200 404 200 404 404 404 404 404 404 200 302 302 302
POST /imports/                                       404 go  404 go  404 404 404 404 404 404 go  302 302 302
GET  /imports/template                               404 200 404 200 404 404 404 404 404 404 200 302 302 302
GET  /imports/{job}                                  404 200 404 200 404 404 404 404 404 404 404 302 302 302
GET  /imports/{job}/progress                         404 200 404 200 404 404 404 404 404 404 404 302 302 302
GET  /imports/{job}/marked                           404 200 404 403 404 404 404 404 404 404 404 302 302 302
POST /imports/{job}/check                            404 go  404 403 404 404 404 404 404 404 404 302 302 302
POST /imports/{job}/commit                           404 go  404 403 404 404 404 404 404 404 404 302 302 302
POST /imports/{job}/discard                          404 go  404 403 404 404 404 404 404 404 404 302 302 302

GET  /needs/                                         200 200 200 200 200 200 200 200 404 200 200 302 302 302
GET  /needs/{need}                                   200 200 200 200 200 200 200 200 404 404 404 302 302 302
POST /needs/{need}/outcome                           403 403 403 403 403 go  go  403 404 404 404 302 302 302
POST /needs/outcomes/{outcome}/verify                403 403 403 go  403 403 403 403 404 404 404 302 302 302
POST /needs/outcomes/{outcome}/reject                403 403 403 go  403 403 403 403 404 404 404 302 302 302
POST /needs/{need}/bypass                            403 403 403 go  403 403 403 403 404 404 404 302 302 302
POST /needs/bypasses/{bypass}/approve                403 403 403 403 go  403 403 403 404 404 404 302 302 302
POST /needs/bypasses/{bypass}/refuse                 403 403 403 403 go  403 403 403 404 404 404 302 302 302
POST /needs/{need}/unit                              403 403 403 go  403 403 403 403 404 404 404 302 302 302
POST /needs/{need_met}/close                         403 go  403 403 403 403 403 403 404 404 404 302 302 302

GET  /releases/                                      404 404 404 200 200 200 200 404 404 404 200 302 302 302
GET  /releases/seen                                  404 404 404 200 200 404 404 404 404 404 200 302 302 302
POST /releases/plan                                  404 404 404 go  go  404 404 404 404 404 go  302 302 302
POST /releases/together                              404 404 404 403 go  403 403 404 404 404 403 302 302 302
GET  /releases/fourth                                404 404 404 200 200 200 404 404 404 404 200 302 302 302
GET  /releases/fourth/{need_waiting}                 200 200 200 200 200 404 404 404 404 404 404 302 302 302
POST /releases/fourth/{need_waiting}                 403 403 403 go  403 404 404 404 404 404 404 302 302 302
GET  /releases/fourth/{need_fourth}                  200 200 200 200 200 200 404 404 404 404 404 302 302 302
POST /needs/{need_fourth}/outcome                    403 403 403 403 403 go  403 403 404 404 404 302 302 302
POST /releases/referrals/{referral}/approve          403 403 403 403 go  404 404 404 404 404 404 302 302 302
POST /releases/referrals/{referral}/refuse           403 403 403 403 go  404 404 404 404 404 404 302 302 302
POST /releases/referrals/{referral_up}/meeting       403 403 403 go  403 403 404 404 404 404 404 302 302 302
GET  /releases/cohorts/{cohort}                      404 404 404 200 200 404 404 404 404 404 200 302 302 302
POST /releases/cohorts/{cohort}/freeze               404 404 404 go  go  404 404 404 404 404 go  302 302 302
POST /releases/cohorts/{cohort_frozen}/unfreeze      404 404 404 403 go  404 404 404 404 404 403 302 302 302
POST /releases/cohorts/{cohort_frozen}/retire        404 404 404 403 go  404 404 404 404 404 403 302 302 302
GET  /releases/needs/{need_waiting}                  404 404 404 200 200 404 404 404 404 404 404 302 302 302
POST /releases/needs/{need_waiting}                  404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /releases/projects/{project}                    404 404 404 200 200 404 200 404 404 404 404 302 302 302
POST /releases/projects/{project}/safeguard          404 404 404 403 403 404 go  404 404 404 404 302 302 302
POST /releases/projects/{project}/approve            404 404 404 403 go  404 403 404 404 404 404 302 302 302
POST /releases/projects/{project}/return             404 404 404 403 go  404 403 404 404 404 404 302 302 302
POST /releases/projects/{project}/hold               404 404 404 go  go  404 403 404 404 404 404 302 302 302
POST /releases/projects/{project}/drop               404 404 404 go  go  404 403 404 404 404 404 302 302 302

GET  /followup/                                      200 200 200 200 200 404 404 404 404 200 200 302 302 302
GET  /followup/ties/{tie}                            200 200 200 200 200 404 404 404 404 404 404 302 302 302
GET  /followup/ties/{tie}/slip                       go  go  go  go  go  404 404 404 404 404 404 302 302 302
POST /followup/outcomes/{outcome_late}/verify        403 403 403 go  403 403 403 403 404 404 404 302 302 302
POST /followup/ties/{tie}/contact                    403 go  403 go  403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/reject                     403 go  403 go  403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/let-go                     403 403 403 go  403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/arrive                     403 403 403 go  403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/hand-over                  go  go  403 403 403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/confirm                    go  go  go  403 403 404 404 404 404 404 404 302 302 302
POST /followup/ties/{tie}/dispute                    go  go  go  403 403 404 404 404 404 404 404 302 302 302
GET  /followup/pairs                                 200 200 404 200 200 404 404 404 404 200 200 302 302 302
GET  /followup/pairs/{pair}                          200 200 404 200 200 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/agree                    go  403 404 403 403 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/decline                  go  403 404 403 403 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/stop                     go  403 404 403 403 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/activate                 403 403 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/end                      403 403 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/pairs/{pair}/confirm                  go  go  go  403 403 404 404 404 404 404 404 302 302 302
POST /followup/visits/{visit}/answer                 go  403 404 403 403 404 404 404 404 404 404 302 302 302
POST /followup/visits/{visit}/confirm                go  403 404 403 403 404 404 404 404 404 404 302 302 302
GET  /followup/proposals                             404 404 404 200 200 404 404 404 404 404 200 302 302 302
POST /followup/proposals/needs/{need_suggested}/send 404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/proposals/needs/{need_suggested}/drop 404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/proposals/again                       404 404 404 go  403 404 404 404 404 404 go  302 302 302
GET  /followup/proposals/run                         404 404 404 200 200 404 404 404 404 404 200 302 302 302
GET  /followup/proposals/fairness                    404 404 404 200 200 404 404 404 404 404 200 302 302 302
POST /followup/proposals/drafts/{suggested}/pin      404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /followup/proposals/drafts/{suggested}/forbid   404 404 404 200 403 404 404 404 404 404 404 302 302 302
POST /followup/proposals/drafts/{suggested}/forbid   404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/proposals/wishes/{wish}/lift          404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /followup/direct                                404 404 404 200 200 404 404 404 404 404 200 302 302 302
GET  /followup/direct/needs/{need_asked}             404 404 404 200 200 404 404 404 404 404 404 302 302 302
POST /followup/direct/needs/{need_asked}             404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/direct/{offer}/withdraw               404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /followup/inquiries                             404 404 404 200 200 404 404 404 404 404 200 302 302 302
GET  /followup/inquiries/{inquiry}                   404 404 404 200 200 404 404 404 404 404 404 302 302 302
POST /followup/inquiries/{inquiry}/answer            404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/inquiries/{inquiry}/decline           404 404 404 go  403 404 404 404 404 404 404 302 302 302
GET  /followup/filings                               404 404 404 200 200 404 404 404 404 404 200 302 302 302
POST /followup/filings/{check}/check                 404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/filings/{check}/give-back             404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /followup/filings/{check}/accept                404 404 404 403 go  404 404 404 404 404 404 302 302 302
POST /followup/filings/{check}/reject                404 404 404 403 go  404 404 404 404 404 404 302 302 302
POST /followup/money                                 404 404 404 404 go  404 404 404 404 404 404 302 302 302

GET  /verifications/                                 404 404 404 200 200 404 404 404 404 404 200 302 302 302
GET  /verifications/{dossier}                        404 404 404 200 200 404 404 404 404 404 404 302 302 302
GET  /verifications/{dossier}/papers/{paper}         404 404 404 200 200 404 404 404 404 404 404 302 302 302
POST /verifications/{dossier}/check                  404 404 404 go  403 404 404 404 404 404 404 302 302 302
POST /verifications/{dossier}/return                 404 404 404 go  go  404 404 404 404 404 404 302 302 302
POST /verifications/{dossier}/verify                 404 404 404 403 go  404 404 404 404 404 404 302 302 302
POST /verifications/{dossier}/reject                 404 404 404 403 go  404 404 404 404 404 404 302 302 302

GET  /staff/                                         404 404 404 404 404 404 404 404 200 404 404 302 302 302
GET  /staff/new                                      404 404 404 404 404 404 404 404 200 404 404 302 302 302
POST /staff/new                                      404 404 404 404 404 404 404 404 go  404 404 302 302 302
GET  /staff/units                                    404 404 404 404 404 404 404 404 200 404 404 302 302 302
POST /staff/units                                    404 404 404 404 404 404 404 404 go  404 404 302 302 302
GET  /staff/{officer}                                404 404 404 404 404 404 404 404 200 404 404 302 302 302
POST /staff/{officer}/posts                          404 404 404 404 404 404 404 404 go  404 404 302 302 302
POST /staff/{officer}/posts/{post}/end               404 404 404 404 404 404 404 404 go  404 404 302 302 302
POST /staff/{officer}/unlock                         404 404 404 404 404 404 404 404 go  404 404 302 302 302
POST /staff/{officer}/password                       404 404 404 404 404 404 404 404 go  404 404 302 302 302
POST /staff/{officer}/stop                           404 404 404 404 404 404 404 404 go  404 404 302 302 302
POST /staff/{officer}/resume                         404 404 404 404 404 404 404 404 go  404 404 302 302 302
"""

# vol a volunteer, cha a charity, oth another partner (an enterprise), new one who is not verified yet, off a
# signed-in county officer, str a stranger. Pairing, suggestion, visit and kept search are vol's; claim, offer
# and filed project are cha's. No key of the payment provider is set: its address does not exist, and nothing
# is paid yet.
PUBLIC = """
                                                     vol cha oth new off str
GET  /                                               200 200 200 200 200 200
GET  /accessibility                                  200 200 200 200 200 200
GET  /data                                           200 200 200 200 200 200
GET  /elder                                          303 303 303 303 303 303
GET  /guide                                          200 200 200 200 200 200
GET  /privacy                                        200 200 200 200 200 200
GET  /library                                        200 200 200 200 200 200
GET  /library/{card}                                 200 200 200 200 200 200
GET  /recommend                                      200 200 200 200 200 200
GET  /verify                                         303 303 303 303 303 303
GET  /verify/{certificate}                           200 200 200 200 200 200
GET  /robots.txt                                     200 200 200 200 200 200
GET  /sitemap.xml                                    200 200 200 200 200 200
GET  /static/css/jiedui.css                          200 200 200 200 200 200
GET  /api/v1/openapi.json                            200 200 200 200 200 200
GET  /api/v1/catalogue                               200 200 200 200 200 200
GET  /api/v1/catalogue.csv                           200 200 200 200 200 200
GET  /api/v1/certificates/{certificate}              200 200 200 200 200 200
GET  /api/v1/dictionary                              200 200 200 200 200 200
GET  /api/v1/keys                                    200 200 200 200 200 200
GET  /api/v1/projects                                200 200 200 200 200 200
GET  /api/v1/projects.csv                            200 200 200 200 200 200
GET  /api/v1/projects/{card}                         200 200 200 200 200 200
GET  /api/v1/weeks                                   200 200 200 200 200 200
GET  /healthz                                        200 200 200 200 200 200
GET  /readyz                                         200 200 200 200 200 200
GET  /metrics                                        200 200 200 200 200 200
POST /webhooks/stripe                                404 404 404 404 404 404

GET  /login                                          200 200 200 200 200 200
POST /login                                          go  go  go  go  go  go
POST /login/demo                                     404 404 404 404 404 404
POST /logout                                         go  go  go  go  go  go
GET  /register                                       200 200 200 200 200 200
GET  /register/volunteer                             200 200 200 200 200 200
POST /register/volunteer                             go  go  go  go  go  go

GET  /my                                             200 200 200 200 302 302
GET  /my/profile                                     200 200 200 200 302 302
POST /my/profile                                     go  go  go  go  302 302
POST /my/profile/papers                              go  go  go  go  302 302
GET  /my/settings                                    200 200 200 200 302 302
POST /my/settings/contact                            go  go  go  go  302 302
POST /my/settings/password                           go  go  go  go  302 302
POST /my/settings/sign-out                           go  go  go  go  302 302
GET  /my/interest                                    200 200 200 go  302 302
POST /my/interest                                    go  go  go  go  302 302
GET  /my/saved                                       200 200 200 200 302 302
POST /my/saved                                       go  go  go  go  302 302
GET  /my/saved/{search}                              200 404 404 404 302 302
POST /my/saved/{search}/looked                       go  404 404 404 302 302
POST /my/saved/{search}/drop                         go  404 404 404 302 302
POST /my/favourites/{card}                           go  go  go  go  302 302
POST /my/favourites/{card}/drop                      go  go  go  go  302 302

GET  /library/{card}/ask                             200 200 200 200 302 302
POST /library/{card}/ask                             go  go  go  go  302 302
POST /library/{card}/ask/keep                        go  go  go  go  302 302
POST /library/{card}/ask/drop                        go  go  go  go  302 302
GET  /my/questions                                   200 200 200 200 302 302
GET  /my/questions/{question}                        200 404 404 404 302 302
POST /my/questions/{question}/read                   go  404 404 404 302 302

GET  /library/{card}/claim                           200 200 200 go  302 302
POST /library/{card}/claim                           go  go  go  go  302 302
GET  /my/claims                                      200 200 200 200 302 302
POST /my/claims                                      go  go  go  go  302 302
GET  /my/claims/table.csv                            200 200 200 200 302 302
GET  /my/claims/{claim}                              404 200 404 404 302 302
GET  /my/claims/{claim}/release                      404 200 404 404 302 302
POST /my/claims/{claim}/release                      404 go  404 404 302 302
POST /my/claims/{claim}/pledge                       404 go  404 404 302 302
GET  /my/claims/{claim_money}/pay                    404 go  404 404 302 302
POST /my/claims/{claim_money}/pay                    404 go  404 404 302 302
GET  /my/claims/{claim_money}/paid                   404 404 404 404 302 302
POST /my/claims/{claim_money}/pay/stop               404 go  404 404 302 302

GET  /my/offers/{offer_no}                           404 200 404 404 302 302
POST /my/offers/{offer_no}                           404 go  404 404 302 302
POST /my/offers/{offer_no}/decline                   404 go  404 404 302 302

GET  /my/projects                                    404 200 404 404 302 302
GET  /my/projects/new                                404 200 404 404 302 302
POST /my/projects/new                                404 go  404 404 302 302
GET  /my/projects/{filing}                           404 200 404 404 302 302
POST /my/projects/{filing}                           404 go  404 404 302 302
GET  /my/projects/{filing}/gifts/{gift}              404 200 404 404 302 302
POST /my/projects/{filing}/gifts/{gift}              404 go  404 404 302 302

GET  /my/proposals                                   200 200 200 200 302 302
GET  /my/proposals/{proposal}                        200 404 404 404 302 302
POST /my/proposals/{proposal}                        go  404 404 404 302 302
POST /my/proposals/{proposal}/decline                go  404 404 404 302 302
GET  /my/pairings/{pairing}                          200 404 404 404 302 302
GET  /my/pairings/{pairing}/plan                     200 404 404 404 302 302
POST /my/pairings/{pairing}/plan                     go  404 404 404 302 302
GET  /my/pairings/{pairing}/stop                     200 404 404 404 302 302
POST /my/pairings/{pairing}/stop                     go  404 404 404 302 302
POST /my/visits/{visit_ref}/draft                    go  404 404 404 302 302
POST /my/visits/{visit_ref}/log                      go  404 404 404 302 302
"""
