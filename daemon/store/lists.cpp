#include "daemon/store/lists.hpp"

#include <array>
#include <boost/json.hpp>

#include "daemon/base/text.hpp"
#include "daemon/store/database.hpp"

namespace paperboy::store {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> reason_words{"phrase", "word", "prefix", "author", "category", "example"};

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
  if (reasons.empty()) return {};
  std::string out;
  for (const paper::Reason& reason : reasons) {
    out += out.empty() ? "[[" : ",[";
    append_quoted(out, reason_words.at(static_cast<std::size_t>(reason.kind)));
    out += ',';
    append_quoted(out, reason.text);
    out += ',';
    append_quoted(out, reason.field);
    out += ']';
  }
  out += ']';
  return out;
}

std::vector<paper::Reason> decode_reasons(std::string_view text) {
  std::vector<paper::Reason> reasons;
  if (text.empty()) return reasons;
  std::array<unsigned char, 4096> room;
  json::monotonic_resource memory(room.data(), room.size());
  for (const json::value& item : parse_array(text, &memory)) {
    if (!item.is_array()) throw StoreError("a reason in the database is damaged");
    const json::array& fields = item.get_array();
    const auto word = std::find(reason_words.begin(), reason_words.end(), string_at(fields, 0));
    if (word == reason_words.end()) throw StoreError("a reason in the database is of no known kind");
    reasons.push_back(
        {static_cast<paper::ReasonKind>(word - reason_words.begin()), string_at(fields, 1), string_at(fields, 2)});
  }
  return reasons;
}

}  // namespace paperboy::store
