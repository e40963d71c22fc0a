#pragma once
// From destinations to rooms that can be written to.
#include <map>
#include <string>
#include <vector>

#include "integrations/matrix/homeserver.hpp"

namespace paperboy::integrations::matrix {

// One loop; not entered twice at a time. All members throw Failed.
class Rooms {
 public:
  Rooms(std::string user, const Toolbox& tools) : user_(std::move(user)), tools_(tools) {}

  // The id of the room: an alias is looked up (and again after an hour), a user's direct room is found or made. Joined,
  // not encrypted.
  async::Awaitable<std::string> open(Session session, std::string destination);
  // Joins a room Paperboy was invited to, or that is open to all.
  async::Awaitable<> join(Session session, std::string destination, std::string room);

 private:
  struct Alias {
    std::string room;
    Time until{};
  };
  async::Awaitable<std::string> look_up(Session session, std::string alias);
  async::Awaitable<std::string> direct(Session session, std::string user);
  async::Awaitable<std::string> earlier_direct(Session session, std::string user);
  async::Awaitable<std::string> interrupted_direct(Session session, std::string user);
  async::Awaitable<std::string> make_direct(Session session, std::string user);
  async::Awaitable<> note_direct(Session session, std::string user, std::string room);
  async::Awaitable<bool> is_member(Session session, std::string room, std::string user);
  async::Awaitable<Reply> encryption(Session session, std::string room);

  std::string user_;
  const Toolbox& tools_;
  std::map<std::string, Alias> aliases_;
};

}  // namespace paperboy::integrations::matrix
