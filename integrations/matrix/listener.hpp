#pragma once
// Hears what is said in Paperboy's rooms, and answers invitations.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/async/turn.hpp"
#include "integrations/matrix/account.hpp"
#include "integrations/matrix/events.hpp"

namespace paperboy::integrations::matrix {

struct Patience {
  Duration poll = std::chrono::seconds(30);  // how long the homeserver waits for news
  Duration first_wait = std::chrono::seconds(1), longest_wait = std::chrono::minutes(1);  // after failures, doubling
  Duration join_wait = std::chrono::seconds(5);  // after a join that failed, doubling
  int most_joins = 8;
};

// One loop; listen() once at a time. In the channel's memory: "invitations" that wait for an answer, and of encrypted
// rooms that they were told ("told ROOM").
class Listener {
 public:
  // `account` is entered in turns of `preparing`.
  Listener(std::string user, const Toolbox& tools, Account& account, const async::Turns& preparing,
           Patience patience = {})
      : user_(std::move(user)), tools_(tools), account_(account), preparing_(preparing), patience_(patience) {}

  // flow::Channel::listen(). What happened before the first time it is called is not answered; nor is it after the
  // homeserver has forgotten the position.
  async::Awaitable<> listen(flow::Inbox& inbox);

 private:
  // A room to be joined: Paperboy was invited, or it takes the place of one it is in.
  struct Wanted {
    std::string room, by;
    bool invited = true, encrypted = false;
    int tries = 0;
    Time next{};
  };
  struct Room {
    std::int64_t members = 0;
    std::map<std::string, std::string> names;  // of members, as far as kept
  };
  using Events = std::vector<flow::Event>;

  async::Awaitable<Session> sign_in();
  async::Awaitable<Reply> hear(Session session, std::string method, std::string path, std::string body = "");
  async::Awaitable<> once(flow::Inbox& inbox, std::optional<Session>& session);
  async::Awaitable<Sync> sync(Session session);
  async::Awaitable<> read(Session session, News news, Events& events);
  async::Awaitable<std::vector<Happening>> missed(Session session, std::string room, std::string before);
  async::Awaitable<const Room*> room(Session session, std::string id);
  async::Awaitable<bool> is_ours(Session session, std::string room, std::string event);
  async::Awaitable<std::vector<flow::Attachment>> fetch_file(Session session, Happening happening);
  async::Awaitable<> tell_encrypted(Session session, std::string room);
  async::Awaitable<> answer(flow::Inbox& inbox, Session session);
  async::Awaitable<bool> join(Session session, Wanted& wanted);
  async::Awaitable<bool> decline(Session session, Wanted& wanted, std::string reason);
  bool again(Wanted& wanted, const Reply& reply);
  async::Awaitable<> recall();
  async::Awaitable<> keep();
  void want(Wanted wanted);
  bool lasting(const Reply& reply) const;
  Duration wait_after(const flow::Outcome& outcome);

  std::string user_;
  const Toolbox& tools_;
  Account& account_;
  const async::Turns& preparing_;
  Patience patience_;
  std::string since_;           // empty: nothing heard yet
  int failures_ = 0;            // in a row
  int strange_ = 0;             // of these, answers that can mean that `since_` is unknown
  std::string trouble_;         // what was logged of them
  std::vector<Wanted> wanted_;  // oldest first
  std::string kept_;            // how they were written down
  std::map<std::string, Room> rooms_;
  std::map<std::string, bool> ours_;  // by event
  std::set<std::string> told_;
};

}  // namespace paperboy::integrations::matrix
