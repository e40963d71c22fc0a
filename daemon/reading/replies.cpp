#include "daemon/reading/replies.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <optional>
#include <set>

#include "daemon/base/text.hpp"
#include "daemon/reading/questions.hpp"

namespace paperboy::reading {
namespace {

namespace json = boost::json;

constexpr std::size_t most_statements = 8;     // of a part
constexpr std::size_t most_quotes = 4;         // of a statement
constexpr std::size_t longest_sentence = 600;  // characters
constexpr std::size_t longest_quote = 1200;
constexpr std::size_t longest_shown = 320;  // of a quote, as it is shown

// What the model says of one statement.
struct Said {
  std::string sentence;
  std::vector<std::pair<std::string, std::string>> quotes;  // paper, text
};

std::optional<json::object> parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? text::sanitize(std::string_view(value->as_string())) : std::string();
}

std::span<const json::value> list_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) return {};
  return {value->as_array().data(), value->as_array().size()};
}

// Quotes are strings where there is one paper, {paper, quote} where there are several.
Said said(const json::object& object, std::string_view sentence_key, const std::string& paper) {
  Said made;
  made.sentence = text::collapse_space(text::to_nfc(text_at(object, sentence_key)));
  for (const json::value& item : list_at(object, "quotes")) {
    if (made.quotes.size() == most_quotes) break;
    if (const json::string* quote = item.if_string()) {
      made.quotes.emplace_back(paper, text::sanitize(std::string_view(*quote)));
    } else if (const json::object* pair = item.if_object()) {
      made.quotes.emplace_back(text_at(*pair, "paper"), text_at(*pair, "quote"));
    }
  }
  return made;
}

bool is_han(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}
bool is_kana_or_hangul(char32_t c) {
  return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x1100 && c <= 0x11FF) || (c >= 0xAC00 && c <= 0xD7AF);
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_address_character(char c) {
  return is_alnum(c) || std::string_view("-._~:/?#@%&+").find(c) != std::string_view::npos;
}

// "example.org", "https://x.org/y", "@room", "a@b.org": what programs that show text make links and calls of.
bool leads_somewhere(std::string_view word) {
  if (word.find("://") != word.npos || word.starts_with("www.") || word.starts_with("mailto:")) return true;
  const std::size_t at = word.find('@');
  if (at != word.npos && at + 1 < word.size() && is_alnum(word[at + 1])) return true;
  const std::string_view host = word.substr(0, word.find_first_of("/:?#"));
  const std::size_t dot = host.rfind('.');
  if (dot == host.npos || dot == 0 || !is_alnum(host[dot - 1])) return false;
  const std::string_view last = host.substr(dot + 1);
  return last.size() >= 2 &&
         std::all_of(last.begin(), last.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// The first such word that none of the papers has.
bool leads_elsewhere(std::string_view sentence, std::span<const Shown* const> papers) {
  for (std::size_t at = 0; at < sentence.size();) {
    std::size_t end = at;
    while (end < sentence.size() && is_address_character(sentence[end])) ++end;
    std::string_view word = sentence.substr(at, end - at);
    at = std::max(end, at + 1);
    static constexpr std::string_view around = ".:?-/";
    while (!word.empty() && around.find(word.back()) != around.npos) word.remove_suffix(1);
    while (!word.empty() && around.find(word.front()) != around.npos) word.remove_prefix(1);
    if (!leads_somewhere(word)) continue;
    const bool own = std::any_of(papers.begin(), papers.end(),
                                 [&](const Shown* shown) { return shown->text->text.find(word) != std::string::npos; });
    if (!own) return true;
  }
  return false;
}

class Checker {
 public:
  Checker(std::span<const Shown> shown, std::string_view language) : language_(language) {
    for (const Shown& each : shown) by_id_[each.text->id.str()] = &each;
  }

  const Shown* paper(const std::string& id) const {
    const auto at = by_id_.find(id);
    return at == by_id_.end() ? nullptr : at->second;
  }

  std::optional<paper::Statement> check(const Said& said) {
    std::optional<paper::Statement> statement;
    const std::string fault = fault_of(said, statement);
    if (!fault.empty()) ++fallen[fault];
    return statement;
  }

  Fallen fallen;

 private:
  std::string fault_of(const Said& said, std::optional<paper::Statement>& statement) const {
    const std::size_t length = text::count_code_points(said.sentence);
    if (length == 0 || length > longest_sentence) return "length";
    if (!written_in(said.sentence, language_)) return "language";
    std::vector<const Shown*> papers;
    Claim claim;
    claim.sentence = said.sentence;
    for (const auto& [id, quote] : said.quotes) {
      const Shown* shown = paper(id);
      if (shown == nullptr) return "paper";
      if (quote.size() > longest_quote) return "length";
      if (std::find(papers.begin(), papers.end(), shown) == papers.end()) papers.push_back(shown);
      claim.quotes.push_back(quote);
    }
    if (papers.empty()) return std::string(to_string(Fault::no_quote));
    if (leads_elsewhere(said.sentence, papers)) return "link";
    return papers.size() == 1 ? judge(claim, *papers.front(), statement)
                              : judge_several(said, claim, papers, statement);
  }

  static std::string judge(const Claim& claim, const Shown& shown, std::optional<paper::Statement>& statement) {
    const Judgement judgement = shown.evidence->judge(claim);
    if (!judgement.supported) return std::string(to_string(judgement.fault));
    statement = paper::Statement{claim.sentence, {}};
    for (const Found& found : judgement.quotes) statement->quotes.push_back(quote_of(shown, found));
    return {};
  }

  // Each quote must be in its own paper; together they must carry the sentence.
  static std::string judge_several(const Said& said, const Claim& claim, std::span<const Shown* const> papers,
                                   std::optional<paper::Statement>& statement) {
    paper::FullTextBuilder together(papers.front()->text->id, 0, paper::FullText::Source::abstract);
    paper::Statement made{claim.sentence, {}};
    for (const Shown* shown : papers) {
      together.section("", shown->text->id.str(), 1);
      for (const auto& [id, quote] : said.quotes) {
        if (id != shown->text->id.str()) continue;
        const Judgement own = shown->evidence->judge({quote, {quote}});
        if (own.quotes.empty()) return std::string(to_string(Fault::not_found));
        made.quotes.push_back(quote_of(*shown, own.quotes.front()));
      }
      for (const std::string_view line : text::split(shown->text->text, '\n')) together.paragraph(line);
    }
    const Judgement judgement = Evidence(together.finish()).judge(claim);
    if (!judgement.supported) return std::string(to_string(judgement.fault));
    statement = std::move(made);
    return {};
  }

  static paper::Quote quote_of(const Shown& shown, const Found& found) {
    return {shown.text->id.str(), paper::section_reference(*shown.text, found.section),
            text::ellipsize(text::collapse_space(shown.text->slice(found.begin, found.end)), longest_shown)};
  }

  std::map<std::string, const Shown*> by_id_;
  std::string language_;
};

// The passages of the parts asked for, in their order, each statement once.
void take_parts(const json::object& reply, std::span<const std::string> parts, const std::string& paper,
                Checker& checker, Checked& checked) {
  std::map<std::string, std::vector<paper::Statement>> found;
  std::set<std::string> said_before;
  for (const json::value& item : list_at(reply, "parts")) {
    const json::object* part = item.if_object();
    const std::string name = part == nullptr ? std::string() : text_at(*part, "part");
    if (std::find(parts.begin(), parts.end(), name) == parts.end()) continue;
    std::vector<paper::Statement>& statements = found[name];
    for (const json::value& each : list_at(*part, "statements")) {
      const json::object* object = each.if_object();
      if (object == nullptr || statements.size() == most_statements) continue;
      const Said one = said(*object, "sentence", paper);
      if (!said_before.insert(name + "\n" + one.sentence).second) continue;
      std::optional<paper::Statement> statement = checker.check(one);
      if (statement) {
        statements.push_back(std::move(*statement));
        ++checked.reading.kept;
      } else {
        ++checked.reading.dropped;
      }
    }
  }
  for (const std::string& name : parts) {
    if (!found[name].empty()) checked.reading.passages.push_back({name, std::move(found[name])});
  }
  checked.fallen = std::move(checker.fallen);
}

}  // namespace

bool written_in(std::string_view text, std::string_view language) {
  std::size_t han = 0, other_asian = 0, letters = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = text::next_code_point(text, at);
    if (is_han(c)) {
      ++han;
    } else if (is_kana_or_hangul(c)) {
      ++other_asian;
    } else if (text::is_word_character(c) && !(c >= '0' && c <= '9')) {
      ++letters;
    }
  }
  const std::string_view main = language.substr(0, language.find('-'));
  // A Chinese character stands for some three letters.
  if (main == "zh") return han >= 2 && other_asian == 0 && han * 4 >= letters;
  if (main == "ja" || main == "ko") return other_asian >= 1 && (han + other_asian) * 4 >= letters;
  return letters > 0 && (han + other_asian) * 5 <= letters;
}

Checked check_analysis(std::string_view text, const Shown& shown, std::span<const std::string> parts,
                       std::string_view language) {
  Checked checked;
  const std::optional<json::object> reply = parse(text);
  const std::string id = shown.text->id.str();
  if (!reply) {
    checked.fault = "the reply is no JSON object";
  } else if (text_at(*reply, "paper") != id) {
    checked.fault = "the reply is about another paper";
  } else {
    Checker checker({&shown, 1}, language);
    take_parts(*reply, parts, id, checker, checked);
  }
  return checked;
}

Checked check_overview(std::string_view text, std::span<const Shown> shown, std::string_view language) {
  Checked checked;
  const std::optional<json::object> reply = parse(text);
  if (!reply) {
    checked.fault = "the reply is no JSON object";
    return checked;
  }
  const std::vector<std::string> parts(overview_parts().begin(), overview_parts().end());
  Checker checker(shown, language);
  take_parts(*reply, parts, "", checker, checked);
  return checked;
}

CheckedScores check_scores(std::string_view text, std::span<const Shown> shown, std::string_view language) {
  CheckedScores checked;
  const std::optional<json::object> reply = parse(text);
  if (!reply) {
    checked.fault = "the reply is no JSON object";
    return checked;
  }
  Checker checker(shown, language);
  std::set<std::string> twice;
  const auto grade = [](const json::object& object, std::string_view key) -> int {
    const json::value* value = object.if_contains(key);
    const bool sound = value != nullptr && value->is_int64() && value->as_int64() >= 1 && value->as_int64() <= 5;
    return sound ? static_cast<int>(value->as_int64()) : 0;
  };
  for (const json::value& item : list_at(*reply, "scores")) {
    const json::object* object = item.if_object();
    const std::string id = object == nullptr ? std::string() : text_at(*object, "paper");
    if (checker.paper(id) == nullptr) continue;
    paper::Rating rating{grade(*object, "relevance"), grade(*object, "significance"), std::nullopt};
    if (rating.relevance == 0 || rating.significance == 0) continue;
    if (checked.ratings.contains(id)) {  // which of the two is meant?
      twice.insert(id);
      continue;
    }
    rating.reason = checker.check(said(*object, "reason", id));
    checked.ratings[id] = std::move(rating);
  }
  for (const std::string& id : twice) checked.ratings.erase(id);
  checked.fallen = std::move(checker.fallen);
  return checked;
}

}  // namespace paperboy::reading
