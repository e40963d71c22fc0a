#include "daemon/store/lists.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "daemon/base/text.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> reason_words{"phrase", "word", "prefix", "author", "category", "example"};
constexpr std::array<std::string_view, 7> field_words{"title",    "abstract", "authors", "categories",
                                                      "comments", "journal",  "doi"};

json::array parse_array(std::string_view text, const json::storage_ptr& memory) {
  json::parse_options options;
  options.allow_invalid_utf8 = true;  // a row that got in must be able to come out
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, memory, options);
  if (error || !value.is_array()) {
    throw StoreError("a list in the database is damaged: " + text::ellipsize(text, 80));
  }
  return std::move(value.get_array());
}

std::string string_at(const json::array& array, std::size_t at) {
  const json::string* text = at < array.size() ? array[at].if_string() : nullptr;
  if (text == nullptr) throw StoreError("a list in the database holds what is not text");
  return {text->data(), text->size()};
}

void append_quoted(std::string& out, std::string_view text) {
  out += json::serialize(json::string_view(text.data(), text.size()));
}

void append_triple(std::string& out, std::string_view word, std::string_view first, std::string_view second) {
  out += out.empty() ? "[[" : ",[";
  append_quoted(out, word);
  out += ',';
  append_quoted(out, first);
  out += ',';
  append_quoted(out, second);
  out += ']';
}

std::string closed(std::string list) {
  return list.empty() ? list : std::move(list) + "]";
}

// Calls with the place of each item's first word among `words`, and the two texts behind it.
template <class Words, class Each>
void each_triple(std::string_view text, const Words& words, const Each& each) {
  if (text.empty()) return;
  std::array<unsigned char, 4096> room;
  json::monotonic_resource memory(room.data(), room.size());
  for (const json::value& item : parse_array(text, &memory)) {
    if (!item.is_array()) throw StoreError("a list of the database is damaged: an item is no list");
    const json::array& fields = item.get_array();
    const auto word = std::find(words.begin(), words.end(), string_at(fields, 0));
    if (word == words.end()) throw StoreError("a list of the database holds an item of no known kind");
    each(static_cast<std::size_t>(word - words.begin()), string_at(fields, 1), string_at(fields, 2));
  }
}

}  // namespace

std::string encode_list(std::span<const std::string> list) {
  if (list.empty()) return {};
  std::string out;
  for (const std::string& item : list) {
    out += out.empty() ? '[' : ',';
    append_quoted(out, item);
  }
  out += ']';
  return out;
}

std::vector<std::string> decode_list(std::string_view text) {
  std::vector<std::string> list;
  if (text.empty()) return list;
  std::array<unsigned char, 4096> room;  // most lists need no more, and no allocation
  json::monotonic_resource memory(room.data(), room.size());
  const json::array array = parse_array(text, &memory);
  list.reserve(array.size());
  for (std::size_t at = 0; at < array.size(); ++at) list.push_back(string_at(array, at));
  return list;
}

std::string encode_reasons(std::span<const paper::Reason> reasons) {
  std::string out;
  for (const paper::Reason& reason : reasons)
    append_triple(out, reason_words.at(static_cast<std::size_t>(reason.kind)), reason.text, reason.field);
  return closed(std::move(out));
}

std::vector<paper::Reason> decode_reasons(std::string_view text) {
  std::vector<paper::Reason> reasons;
  each_triple(text, reason_words, [&reasons](std::size_t kind, std::string of, std::string field) {
    reasons.push_back({static_cast<paper::ReasonKind>(kind), std::move(of), std::move(field)});
  });
  return reasons;
}

std::string encode_changes(std::span<const paper::Change> changes) {
  std::string out;
  for (const paper::Change& change : changes)
    append_triple(out, field_words.at(static_cast<std::size_t>(change.field)), change.before, change.after);
  return closed(std::move(out));
}

std::vector<paper::Change> decode_changes(std::string_view text) {
  std::vector<paper::Change> changes;
  each_triple(text, field_words, [&changes](std::size_t field, std::string before, std::string after) {
    changes.push_back({static_cast<paper::Change::Field>(field), std::move(before), std::move(after)});
  });
  return changes;
}

}  // namespace paperboy::store
