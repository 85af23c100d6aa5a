/*
 * What a supervisor's phone asks beside scanning (interface.md, "The door's API"). Every look at a name is a
 * line of the audit, without what was asked for.
 *
 *   GET  search?q=&session=     {people[{mark, code, name, delegation, region, state, in}]}, by name, or by the
 *                               code under a ticket; at most FIND_MAX; `state` and `in` at that session
 *   GET  person?mark=           {name, delegation, flags[]}, for both roles
 *   POST void {session, mark, records[]?}   takes the device's own records in as /scans does and answers
 *                               as it does, with voids[{device, epoch, seq}]: what an undo must still name
 *   POST walkin {submission, session, name?, lang?, region?, option?}   201 {mark, code, ticket, svg}: who stands
 *                               here is registered; then the phone scans the ticket. The same submission again: 200
 *                               with the same ticket
 *   POST reissue {mark}         {mark, code, ticket, svg}: the lost ticket is revoked
 *   POST attach {mark, name?, lang?, region?} or {mark, into}   {}: a spare ticket's person, new or known
 */
#pragma once

#include "web/page.h"

Reply *door_search(Request *request);
Reply *door_person(Request *request);
Reply *door_void(Request *request);
Reply *door_walkin(Request *request);
Reply *door_new_ticket(Request *request);
Reply *door_attach(Request *request);
