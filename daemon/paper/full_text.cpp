#include "daemon/paper/full_text.hpp"

#include <algorithm>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/paper/sentences.hpp"

namespace paperboy::paper {

std::string_view to_string(FullText::Source source) {
  switch (source) {
    case FullText::Source::html:
      return "html";
    case FullText::Source::pdf:
      return "pdf";
    case FullText::Source::abstract:
      break;
  }
  return "abstract";
}

FullTextBuilder::FullTextBuilder(PaperId id, int version, FullText::Source source) {
  result_.id = std::move(id);
  result_.version = version;
  result_.source = source;
}

void FullTextBuilder::title(std::string_view text) {
  result_.title = text::to_nfc(text::collapse_space(text));
}

void FullTextBuilder::section(std::string number, std::string title, int level) {
  const std::size_t at = result_.text.size();
  Section section{std::move(number), std::move(title), level, at, at};
  if (section.title.empty()) section.title = "Untitled";
  result_.sections.push_back(std::move(section));
}

void FullTextBuilder::append(std::string_view text, bool split) {
  const std::string line = text::to_nfc(text::collapse_space(text));
  if (line.empty()) return;
  if (result_.sections.empty()) section({}, "Text", 1);
  const auto index = static_cast<std::uint32_t>(result_.sections.size() - 1);
  const std::size_t begin = result_.text.size();
  if (split) {
    for (const Span span : sentences_in(line)) {
      result_.sentences.push_back({begin + span.begin, begin + span.end, index});
    }
  } else {
    result_.sentences.push_back({begin, begin + line.size(), index});
  }
  result_.text += line;
  result_.text += '\n';
  result_.sections.back().end = result_.text.size();
}

void FullTextBuilder::paragraph(std::string_view text) {
  append(text, true);
}

void FullTextBuilder::line(std::string_view text) {
  append(text, false);
}

FullText FullTextBuilder::finish() {
  return std::move(result_);
}

FullText full_text_of_abstract(const Paper& paper) {
  FullTextBuilder builder(paper.id, paper.version, FullText::Source::abstract);
  builder.title(paper.title);
  builder.section({}, "Abstract", 1);
  builder.paragraph(paper.title);
  for (const std::string_view paragraph : text::split(paper.abstract, '\n')) builder.paragraph(paragraph);
  return builder.finish();
}

std::string section_reference(const FullText& text, std::uint32_t section) {
  if (section >= text.sections.size()) return {};
  const Section& found = text.sections[section];
  return found.number.empty() ? found.title : "§ " + found.number + " " + found.title;
}

std::uint32_t section_at(const FullText& text, std::size_t byte) {
  const auto after = std::upper_bound(text.sections.begin(), text.sections.end(), byte,
                                      [](std::size_t at, const Section& section) { return at < section.begin; });
  return after == text.sections.begin() ? 0 : static_cast<std::uint32_t>(after - text.sections.begin() - 1);
}

}  // namespace paperboy::paper
