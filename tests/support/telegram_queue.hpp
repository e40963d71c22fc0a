#pragma once
// The queue of updates a Bot API server keeps for a bot, as tdlib's has it. Without a server, without a clock.
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace paperboy::test {

class TelegramQueue {
 public:
  // An update without its id. Of a kind that is not wanted: dropped, and 0; else its id.
  std::int64_t push(boost::json::object update);
  // After a week without any the ids begin anew.
  void next_id(std::int64_t id) { next_ = id; }

  // allowed_updates of getUpdates and setWebhook. Empty: all but three. Unknown names are ignored; if none is known, as
  // if empty. What is queued already stays.
  void allow(const std::vector<std::string>& kinds);
  // offset: all below it are confirmed; -n: all but the last n are; outside the queue it means its head.
  void confirm(std::int64_t offset);
  // At most `limit` from the head.
  boost::json::array first(std::size_t limit) const;
  void drop_first() { updates_.pop_front(); }
  void clear() { updates_.clear(); }
  std::size_t size() const { return updates_.size(); }

 private:
  std::deque<boost::json::object> updates_;
  std::optional<std::set<std::string, std::less<>>> allowed_;  // nothing: the default
  std::int64_t next_ = 100'000'001;
};

}  // namespace paperboy::test
