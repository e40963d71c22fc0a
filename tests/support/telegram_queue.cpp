#include "tests/support/telegram_queue.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <stdexcept>
#include <string_view>

namespace paperboy::test {
namespace {

constexpr std::array<std::string_view, 11> usual{"message",           "edited_message",
                                                 "channel_post",      "edited_channel_post",
                                                 "inline_query",      "chosen_inline_result",
                                                 "callback_query",    "my_chat_member",
                                                 "chat_join_request", "poll",
                                                 "poll_answer"};
constexpr std::array<std::string_view, 3> on_request{"chat_member", "message_reaction", "message_reaction_count"};

bool is_in(std::string_view kind, const auto& kinds) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::int64_t id_of(const boost::json::object& update) {
  return update.at("update_id").as_int64();
}

}  // namespace

std::int64_t TelegramQueue::push(boost::json::object update) {
  if (update.size() != 1) throw std::invalid_argument("an update is of one kind");
  const std::string kind(update.begin()->key());
  if (!is_in(kind, usual) && !is_in(kind, on_request)) throw std::invalid_argument("no kind of update: " + kind);
  const bool wanted = allowed_ ? allowed_->contains(kind) : is_in(kind, usual);
  if (!wanted) return 0;
  const std::int64_t id = next_++;
  boost::json::object numbered{{"update_id", id}};
  numbered[kind] = std::move(update.begin()->value());
  updates_.push_back(std::move(numbered));
  return id;
}

void TelegramQueue::allow(const std::vector<std::string>& kinds) {
  std::set<std::string, std::less<>> known;
  for (const std::string& kind : kinds) {
    if (is_in(kind, usual) || is_in(kind, on_request)) known.insert(kind);
  }
  allowed_.reset();
  if (!known.empty()) allowed_ = std::move(known);
}

void TelegramQueue::confirm(std::int64_t offset) {
  if (updates_.empty() || offset == 0) return;
  if (offset < 0) {
    while (static_cast<std::int64_t>(updates_.size()) > -offset) updates_.pop_front();
    return;
  }
  if (offset < id_of(updates_.front()) || offset > id_of(updates_.back()) + 1) return;
  while (!updates_.empty() && id_of(updates_.front()) < offset) updates_.pop_front();
}

boost::json::array TelegramQueue::first(std::size_t limit) const {
  boost::json::array out;
  for (std::size_t i = 0; i < std::min(limit, updates_.size()); ++i) out.push_back(updates_[i]);
  return out;
}

}  // namespace paperboy::test
