#include "daemon/paper/full_text.hpp"

#include <algorithm>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/paper/sentences.hpp"

namespace paperboy::paper {

namespace {

// Characters that no reader sees and a program may: zero-width, directions, tags, soft hyphens.
bool is_invisible(char32_t cp) {
  return cp == 0xAD || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
         (cp >= 0x2060 && cp <= 0x2064) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF ||
         (cp >= 0xE0000 && cp <= 0xE007F);
}

std::string one_line(std::string_view text) {
  std::string seen;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (!is_invisible(text::next_code_point(text, at))) seen += text.substr(begin, at - begin);
  }
  return text::to_nfc(text::collapse_space(seen));
}

}  // namespace

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
  result_.title = one_line(text);
}

void FullTextBuilder::section(std::string_view number, std::string_view title, int level) {
  const std::size_t at = result_.text.size();
  Section section{one_line(number), one_line(title), level, at, at};
  if (section.title.empty()) section.title = "Untitled";
  result_.sections.push_back(std::move(section));
}

void FullTextBuilder::append(std::string_view text, bool split) {
  const std::string line = one_line(text);
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
