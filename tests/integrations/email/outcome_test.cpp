// The failure classes of mail: what each last word of a server, and each lost connection, means for a delivery.
#include "integrations/email/outcome.hpp"

#include <gtest/gtest.h>

namespace paperboy::integrations::email {
namespace {

using namespace std::chrono_literals;
using Class = flow::Outcome::Class;
using Step = net::MailReply::Step;

const char* word(Class kind) {
  switch (kind) {
    case Class::sent:
      return "sent";
    case Class::not_sent:
      return "not sent";
    case Class::refused:
      return "refused";
    case Class::throttled:
      return "throttled";
    case Class::ambiguous:
      return "ambiguous";
  }
  return "";
}

struct Row {
  int code;
  const char* enhanced;
  Step step;
  Class kind;
  bool bad_address = false;  // there is no such mailbox
};

TEST(Outcome, OfEveryReply) {
  const std::vector<Row> rows = {
      // Accepted, and only there.
      {250, "", Step::final_dot, Class::sent},
      {250, "2.0.0", Step::final_dot, Class::sent},
      {251, "2.1.5", Step::final_dot, Class::sent},
      {250, "2.1.5", Step::recipient, Class::not_sent},
      {354, "", Step::data, Class::not_sent},
      // The pace of the destination or the server: the stated wait, no attempt is used up.
      {421, "", Step::greeting, Class::throttled},
      {421, "4.3.2", Step::greeting, Class::throttled},
      {421, "4.7.0", Step::sender, Class::throttled},
      {421, "4.4.2", Step::final_dot, Class::throttled},
      {450, "", Step::recipient, Class::throttled},
      {450, "4.2.0", Step::recipient, Class::throttled},
      {450, "4.2.1", Step::final_dot, Class::throttled},
      {451, "", Step::data, Class::throttled},
      {451, "4.7.1", Step::recipient, Class::throttled},
      {451, "4.3.0", Step::final_dot, Class::throttled},
      {452, "4.2.2", Step::recipient, Class::throttled},
      {452, "4.5.3", Step::recipient, Class::throttled},
      {452, "4.3.1", Step::sender, Class::throttled},
      {454, "4.7.0", Step::tls, Class::throttled},
      {454, "4.7.0", Step::auth, Class::throttled},
      // Other 4xx.
      {400, "", Step::sender, Class::not_sent},
      {432, "4.7.12", Step::auth, Class::not_sent},
      {441, "4.4.1", Step::final_dot, Class::not_sent},
      {447, "", Step::recipient, Class::not_sent},
      {455, "", Step::sender, Class::not_sent},
      {471, "4.7.1", Step::final_dot, Class::not_sent},
      {499, "", Step::final_dot, Class::not_sent},
      // There is no such mailbox.
      {550, "5.1.1", Step::recipient, Class::refused, true},
      {550, "5.1.1", Step::final_dot, Class::refused, true},
      {501, "5.1.3", Step::recipient, Class::refused, true},
      {551, "5.1.6", Step::recipient, Class::refused, true},
      {556, "5.1.10", Step::recipient, Class::refused, true},
      {550, "5.2.1", Step::recipient, Class::refused, true},
      // Refused for another reason. A domain without DNS today may have it tomorrow.
      {550, "5.1.2", Step::recipient, Class::refused},
      {550, "5.1.1", Step::sender, Class::refused},
      {500, "5.5.2", Step::data, Class::refused},
      {503, "5.5.1", Step::data, Class::refused},
      {550, "", Step::recipient, Class::refused},
      {550, "5.1.0", Step::recipient, Class::refused},
      {550, "5.1.11", Step::recipient, Class::refused},
      {552, "5.2.2", Step::recipient, Class::refused},
      {552, "5.3.4", Step::sender, Class::refused},
      {552, "5.3.4", Step::final_dot, Class::refused},
      {553, "", Step::recipient, Class::refused},
      {553, "5.1.8", Step::sender, Class::refused},
      {554, "", Step::final_dot, Class::refused},
      {554, "5.6.0", Step::final_dot, Class::refused},
      {599, "", Step::final_dot, Class::refused},
      // About us: the administrator mends it, nothing is lost meanwhile.
      {530, "", Step::sender, Class::not_sent},
      {530, "5.7.0", Step::sender, Class::not_sent},
      {535, "", Step::recipient, Class::not_sent},
      {535, "5.7.8", Step::auth, Class::not_sent},
      {534, "5.7.9", Step::auth, Class::not_sent},
      {538, "", Step::auth, Class::not_sent},
      {501, "5.5.2", Step::auth, Class::not_sent},
      {501, "", Step::tls, Class::not_sent},
      {502, "5.5.1", Step::tls, Class::not_sent},
      {521, "", Step::greeting, Class::not_sent},
      {554, "", Step::greeting, Class::not_sent},
      {554, "5.1.1", Step::greeting, Class::not_sent},
      {550, "5.7.1", Step::sender, Class::not_sent},
      {550, "5.7.1", Step::recipient, Class::not_sent},
      {554, "5.7.1", Step::data, Class::not_sent},
      {550, "5.7.26", Step::final_dot, Class::not_sent},
      {550, "5.70.1", Step::recipient, Class::refused},
      // No reply of SMTP at all.
      {0, "", Step::final_dot, Class::not_sent},
      {199, "", Step::final_dot, Class::not_sent},
      {334, "", Step::final_dot, Class::not_sent},
      {600, "", Step::recipient, Class::not_sent},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::to_string(row.code) + " " + row.enhanced + " at step " +
                 std::to_string(static_cast<int>(row.step)));
    const net::MailReply reply{row.code, row.enhanced, "the server's words", row.step};
    const flow::Outcome outcome = outcome_of(reply);
    EXPECT_STREQ(word(outcome.kind), word(row.kind));
    const bool waits = row.kind == Class::throttled;
    EXPECT_EQ(outcome.retry_after, waits ? std::optional<Duration>(5min) : std::nullopt);
    EXPECT_EQ(outcome.provider_ref, row.kind == Class::sent ? "the server's words" : "");
    EXPECT_EQ(bad_address(reply), row.bad_address);
    EXPECT_EQ(outcome.unreachable, row.bad_address);
    // The account and the relay's TLS are everybody's; one recipient is not.
    const bool account = row.step == Step::auth || row.step == Step::tls || row.code == 530 || row.code == 535;
    EXPECT_EQ(outcome.whole_provider, account);
  }
}

TEST(Outcome, SaysWhatTheServerSaidAndWhen) {
  const std::vector<std::pair<Step, const char*>> steps = {
      {Step::greeting, "at greeting: no"},    {Step::tls, "at STARTTLS: no"},      {Step::auth, "at AUTH: no"},
      {Step::sender, "at MAIL FROM: no"},     {Step::recipient, "at RCPT TO: no"}, {Step::data, "at DATA: no"},
      {Step::final_dot, "at end of data: no"}};
  for (const auto& [step, detail] : steps) {
    EXPECT_EQ(outcome_of({550, "5.1.1", "no", step}).detail, detail);
    EXPECT_EQ(outcome_of({550, "5.1.1", "no", step}).code, "550 5.1.1");
    EXPECT_EQ(outcome_of({550, "", "no", step}).code, "550");
  }
}

TEST(Outcome, OfALostConnection) {
  const flow::Outcome before = outcome_of(net::NetError("mx.example: refused", net::Phase::before_request));
  EXPECT_STREQ(word(before.kind), "not sent");
  const flow::Outcome after = outcome_of(net::NetError("mx.example: cut", net::Phase::after_request));
  EXPECT_STREQ(word(after.kind), "ambiguous");
  for (const flow::Outcome& outcome : {before, after}) {
    EXPECT_EQ(outcome.code, "connection");
    EXPECT_EQ(outcome.retry_after, std::nullopt);
    EXPECT_EQ(outcome.provider_ref, "");
  }
  EXPECT_EQ(before.detail, "mx.example: refused");
  EXPECT_EQ(after.detail, "mx.example: cut");
}

}  // namespace
}  // namespace paperboy::integrations::email
