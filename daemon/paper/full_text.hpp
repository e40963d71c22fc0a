#pragma once
// The text of a paper, wherever it came from: what sentences about it are checked against. Plain data.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/paper/id.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::paper {

// Offsets are bytes of FullText::text and never cut a character.
struct Section {
  std::string number;              // "3", "3.2", "A.1", as printed; empty where it has none
  std::string title;               // "Experiments", without the number; never empty
  int level = 1;                   // 1: section, 2: subsection, ...
  std::size_t begin = 0, end = 0;  // the section's own text, without its heading and without its subsections
  friend bool operator==(const Section&, const Section&) = default;
};

struct Sentence {
  std::size_t begin = 0, end = 0;
  std::uint32_t section = 0;  // index into FullText::sections
  friend bool operator==(const Sentence&, const Sentence&) = default;
};

// Paragraphs, captions, footnotes and rows of tables (cells parted by " | ") stand on lines of their own, formulas are
// Unicode where they convert whole and TeX elsewhere. Headings are in `sections` alone, the bibliography is nowhere.
// The sections follow one another in the order of the paper and cover the text; the first may be "Abstract".
// The same document gives the same text, sections and offsets, until `format` changes.
struct FullText {
  static constexpr int format = 1;  // of the readers that make it; part of the key where results are kept
  enum class Source { html, pdf, abstract };

  PaperId id;
  int version = 0;
  Source source = Source::abstract;
  std::string title;
  std::string text;  // sanitized UTF-8, NFC
  std::vector<Section> sections;
  std::vector<Sentence> sentences;

  std::string_view of(const Section& section) const { return slice(section.begin, section.end); }
  std::string_view of(const Sentence& sentence) const { return slice(sentence.begin, sentence.end); }
  std::string_view slice(std::size_t begin, std::size_t end) const {
    return std::string_view(text).substr(begin, end - begin);
  }
};

std::string_view to_string(FullText::Source source);  // "html", "pdf", "abstract"

// Puts a text together in the order of the paper; what no reader sees (zero-width characters, marks of direction) is
// left out. `text` given to it must be sanitized.
class FullTextBuilder {
 public:
  FullTextBuilder(PaperId id, int version, FullText::Source source);

  void title(std::string_view text);
  // Begins a section; text that comes before the first belongs to a section "Text". One that stays without text is
  // kept.
  void section(std::string_view number, std::string_view title, int level);
  // A line of its own, split into sentences: a paragraph, a caption, a footnote. White space is collapsed; empty:
  // nothing.
  void paragraph(std::string_view text);
  // A line that is one sentence: a row of a table, a formula.
  void line(std::string_view text);
  std::size_t size() const { return result_.text.size(); }
  FullText finish();

 private:
  void append(std::string_view text, bool split);
  FullText result_;
};

// What is left where the text cannot be had: title and abstract, in one section "Abstract".
FullText full_text_of_abstract(const Paper& paper);

// "§ 3.2 Experiments", "Abstract": for people, where a sentence stands. Empty for an index out of range.
std::string section_reference(const FullText& text, std::uint32_t section);
// The section in which the byte stands; the last one at the end. 0 if there is none.
std::uint32_t section_at(const FullText& text, std::size_t byte);

}  // namespace paperboy::paper
