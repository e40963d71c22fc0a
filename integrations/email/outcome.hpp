#pragma once
// What an SMTP server's last word means for a delivery: the failure classes of this channel in one place. Pure.
#include "daemon/flow/channel.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::email {

// RFC 5321 section 4.2, RFC 3463 (enhanced status codes). 250 after the final dot: sent. 4xx: throttled where it is the
// destination's or the server's pace (421, 450, 451, 452, 454: no attempt is used up), else not sent. 5xx: refused; but
// what is wrong with *us* (authentication, TLS, policy: 530, 535, 5.7.x) is not sent and stays in the queue for the
// administrator to mend. Where the account or the relay's TLS is refused, nothing else can go out either
// (whole_provider).
flow::Outcome outcome_of(const net::MailReply& reply);

// The connection failed: before the final dot nothing was accepted; after it the message may be on its way.
flow::Outcome outcome_of(const net::NetError& error);

// Does the reply say that there is no such mailbox, so that nothing more should be sent there: RFC 3463 and RFC 7505
// codes 5.1.1, 5.1.3, 5.1.6, 5.1.10, 5.2.1, said of the recipient? Not 5.1.2: a domain whose name does not resolve
// today is not the mailbox's fault.
bool bad_address(const net::MailReply& reply);

}  // namespace paperboy::integrations::email
