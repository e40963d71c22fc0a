// Pages of papers: whatever comes in, text with offsets that hold or a reason come out.
#include <cstdint>

#include "daemon/base/text.hpp"
#include "integrations/arxiv/paper_html.hpp"
#include "tests/fuzz/must.hpp"

using namespace paperboy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = integrations::arxiv::read_paper_html(bytes, *paper::PaperId::arxiv("2611.00001"), 1);
  must(read.value.has_value() == read.error.empty());
  if (!read.value) return 0;
  const paper::FullText& text = *read.value;
  must(text::sanitize(text.text) == text.text && text::sanitize(text.title) == text.title);
  std::size_t end = 0;
  for (const paper::Section& section : text.sections) {
    must(section.begin == end && section.end >= section.begin && !section.title.empty());
    end = section.end;
  }
  must(end == text.text.size());
  end = 0;
  for (const paper::Sentence& sentence : text.sentences) {
    must(sentence.begin >= end && sentence.end > sentence.begin && sentence.section < text.sections.size());
    must(sentence.begin >= text.sections[sentence.section].begin &&
         sentence.end <= text.sections[sentence.section].end);
    // No character is cut.
    must((static_cast<unsigned char>(text.text[sentence.begin]) & 0xC0) != 0x80);
    must(sentence.end == text.text.size() || (static_cast<unsigned char>(text.text[sentence.end]) & 0xC0) != 0x80);
    end = sentence.end;
  }
  return 0;
}
