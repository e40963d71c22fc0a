#pragma once
// What came in from channels: committed before it is acknowledged, answered once.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/database.hpp"
#include "daemon/store/outbox.hpp"

namespace paperboy::store {

struct InboxRow {
  std::string channel, event_key;
  std::string place;    // answers to one place are given one after the other
  std::string payload;  // the event, in the caller's words
  Time received_at{};
};

// False, and nothing written, if an event of that key came in within the last week.
bool put_event(Tx& tx, const InboxRow& row);

enum class Waiting { open, looking };
// The oldest that wait so, at most `limit`.
std::vector<InboxRow> waiting_events(Tx& tx, Waiting state, int limit);
bool is_waiting(Tx& tx, std::string_view channel, std::string_view event_key, Waiting state);
// open -> looking. False if it is not open.
bool look_up_event(Tx& tx, std::string_view channel, std::string_view event_key);
// What was said is forgotten, the key is kept. False if that was done before: then undo the transaction.
bool close_event(Tx& tx, std::string_view channel, std::string_view event_key, Time now);
// Keys of more than a week ago. Returns how many.
int purge_events(Tx& tx, Time now);

// Threads to which the bot was called.
void join_conversation(Tx& tx, std::string_view channel, std::string_view place, std::string_view thread, Time now);
bool in_conversation(Tx& tx, std::string_view channel, std::string_view place, std::string_view thread);

// A reply: one part, no digest. `replaces`: the id of a delivery whose message it takes the place of; it waits until
// that one is final. `about`: the paper (canonical id) it is about. `person` is empty for somebody unknown.
// `thread`: in which of its place it stands; empty: the place itself.
struct ReplyRow {
  std::string person, replaces, about, thread;
  NewDelivery delivery;
  Time created_at{};
};
// False if one of that dedup_key is there already.
bool put_reply(Tx& tx, const ReplyRow& reply);
// The paper that our message `provider_ref` in `channel` is about (an answer, a digest of one paper); empty if it is
// about none, or about several.
std::string paper_of_reply(Tx& tx, std::string_view channel, std::string_view provider_ref);
// The papers that our answers in that thread were about, each once, the newest first. Without a thread: those of the
// newest answer of the place that was about papers, if it is not older than `since`.
std::vector<std::string> papers_talked_about(Tx& tx, std::string_view channel, std::string_view place,
                                             std::string_view thread, Time since);
// The delivery of that dedup_key; empty if there is none.
std::string delivery_of_key(Tx& tx, std::string_view dedup_key);

}  // namespace paperboy::store
