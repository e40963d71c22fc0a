#pragma once
// What a homeserver says has happened (Client-Server API, "Syncing"), read into the words of the inbox. Pure. Every
// field is somebody's to choose: any may be missing or of any type.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/flow/inbox.hpp"

namespace paperboy::integrations::matrix {

// One event of a room that means something here. Not among them: what Paperboy itself said, notices (bots say them),
// edits, what was redacted, what is malformed.
struct Happening {
  enum class Kind {
    said,        // m.text, or m.file with a text file
    reacted,     // `text` to `answers`
    encrypted,   // something nobody here can read
    membership,  // of `member`
    replaced     // the room is closed, and `replacement` takes its place
  } kind = Kind::said;
  std::string id, sender;
  Time at{};
  std::string text;        // said: the body without a quotation of what it answers; reacted: the emoji
  bool mentions = false;   // said: Paperboy stands in m.mentions
  std::string root;        // said: of the thread it is part of
  std::string answers;     // said, reacted: the event it follows upon; in a thread at least what came before
  bool begins = false;     // said: a thread may begin here
  std::string file, name;  // said: an mxc: URI and the file's name
  std::string member, membership, membership_before;
  std::string replacement;
};

// News of a room that Paperboy is in.
struct News {
  std::string room;
  std::vector<Happening> happened;  // oldest first
  bool limited = false;             // more happened before; it is found from `before` backwards
  std::string before;
  std::optional<std::int64_t> members;  // joined, if that has changed
};

struct Invitation {
  std::string room, by;
  bool encrypted = false;
};

// Somebody has removed Paperboy from a room.
struct Removal {
  std::string room, by, id;
};

struct Sync {
  std::string next;  // where the next one begins
  std::vector<News> news;
  std::vector<Invitation> invitations;
  std::vector<Removal> removals;
};
// The answer to GET /sync of `user`; nothing if it is none.
std::optional<Sync> read_sync(const std::string& body, const std::string& user);
// The filter to ask for it with: what is read here and nothing else, at most `most_events` of a room.
constexpr std::size_t most_events = 50;
std::string sync_filter();

struct Page {
  std::vector<Happening> happened;  // newest first
  std::size_t events = 0;           // of which they are what was read
  std::string end;                  // where the next page begins; empty: there is none
};
// The answer to GET /rooms/ROOM/messages?dir=b; nothing if it is none.
std::optional<Page> read_page(const std::string& body, const std::string& user);
std::string page_filter();

// Paperboy in one room.
struct Self {
  std::string user;   // @paperboy:example.org
  std::string shown;  // the name people see; may be empty
  bool alone_with_one = false;
};
// Where what concerns a member begins in the news of a room: after the invitation, if Paperboy has joined just now.
// Nothing: it was a member before.
std::optional<std::size_t> beginning(const std::vector<Happening>& happened, const std::string& user);
// `happening` (said or reacted) as the inbox takes it; addressed if it says so itself. Without files and names.
flow::Event event_of(const Happening& happening, const std::string& room, const Self& self);

// Event::reply_to: the event to answer, and the root of the thread where the answer stands, empty for none.
struct Below {
  std::string event, root;
};
std::string text_of(const Below& below);
Below below_of(const std::string& reply_to);

}  // namespace paperboy::integrations::matrix
