#pragma once
// What templates are told of a paper, and how a filled one becomes a message. For the rooms that fill templates: this
// one, and bot.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/digest/digest.hpp"
#include "daemon/digest/values.hpp"

namespace paperboy::digest {

// "1,234"; empty (false for a template) of 0. "0.41".
std::string number_text(std::size_t n);
std::string decimal(double number);
// A URL as a template may put it into [..](..); empty if it is not allowed there.
std::string link_target(std::string_view url);
// The landing page, as a link's target; empty if there is none.
std::string paper_url(const paper::Paper& paper);
// A list of `text`, `first`, `last`.
Templates::Value::List line_values(const std::vector<std::string>& texts);
// The list `reasons`.
Templates::Value::List reason_values(const std::vector<paper::Reason>& reasons);

// `has_changes`, `changes`, `changed_since`, `unchanged` of a version.
Templates::Value::Map revision_values(const paper::Revision& revision);

// Where each paper of a message stands: number and anchor for the statements that name it.
struct Place {
  const Entry* entry = nullptr;
  std::size_t number = 0;  // 0: named without a number
};
using Places = std::map<std::string, Place>;  // by canonical id
// The list `passages`, of what a model wrote; without `places` the papers of a statement are not named.
Templates::Value::List passage_values(const paper::Reading& reading, const Places& places);
// How a pointer to a paper is filled.
Templates::Value pointer(const Place& place, bool last);

// A paper as messages show it: markup of feeds taken out, its findings and the place of its code looked up; no score
// and no reasons yet.
Entry entry_of(paper::Paper paper, paper::AnnounceKind kind);
Entry entry_of(paper::Paper paper, paper::AnnounceKind kind, std::shared_ptr<const Prepared> prepared);
// All names of templates/README.md, `papers`; the abstract only in the full form.
Templates::Value::Map paper_value(const Entry& entry, std::size_t number, const std::string& language, bool full);

// The template `name`, filled and read; URLs in its text are links. Values may stand in code spans.
Document filled(const Templates& templates, std::string_view name, const std::string& language,
                const Templates::Value& with);
// Title and preheader are the document's first heading and the beginning of its first paragraph; without a heading the
// title is `otherwise`.
Built titled(Document document, std::string otherwise);

}  // namespace paperboy::digest
