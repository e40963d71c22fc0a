#include "integrations/arxiv/paper_pdf.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/sandbox/sandbox.hpp"

namespace paperboy::integrations::arxiv {
namespace {

constexpr std::size_t least_text = 200;     // bytes; less is a scan, or a notice
constexpr std::size_t max_text = 2u << 20;  // of a longer text the beginning is taken
constexpr const char* most_pages = "200";
constexpr std::size_t longest_heading = 80;  // bytes

sandbox::Limits limits() {
  sandbox::Limits limits;
  limits.wall = std::chrono::seconds(60);
  limits.cpu_seconds = 30;
  limits.memory = 1u << 30;
  limits.output = 2 * max_text;
  return limits;
}

std::string find_program() {
  for (const char* path : {"/usr/bin/pdftotext", "/usr/local/bin/pdftotext"}) {
    if (access(path, X_OK) == 0) return path;
  }
  throw sandbox::Unavailable("pdftotext is not installed (Debian: poppler-utils)");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

constexpr auto usual_headings = std::to_array<std::string_view>(
    {"abstract",    "introduction", "related work",     "background",      "preliminaries",   "method",
     "methods",     "methodology",  "experiments",      "results",         "discussion",      "conclusion",
     "conclusions", "limitations",  "acknowledgements", "acknowledgments", "acknowledgement", "acknowledgment",
     "references",  "bibliography", "appendix"});

struct Heading {
  std::string number, title;
  int level = 1;
};

// "3", "3.2", "A.1", "IV", with or without a last point; its length in bytes, 0 if there is none.
std::size_t number_length(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && is_digit(text[at])) {
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at > 2) return 0;
  } else {
    while (at < text.size() && (text[at] == 'I' || text[at] == 'V' || text[at] == 'X')) ++at;
    if (at == 0 && !text.empty() && is_upper(text[0])) at = 1;
    if (at == 0 || (at < text.size() && text[at] != '.' && text[at] != ' ')) return 0;
  }
  while (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
  }
  return at;
}

bool is_title(std::string_view text) {
  if (text.empty() || text.size() > longest_heading || is_lower(text[0]) || is_digit(text[0])) return false;
  if (text.back() == '.' || text.back() == ',' || text.back() == ';' || text.back() == ':') return false;
  if (text.find_first_of("=|@<>\\{}") != std::string_view::npos) return false;
  return std::count(text.begin(), text.end(), ' ') < 10;
}

std::optional<Heading> heading_of(std::string_view line) {
  if (line.size() > longest_heading) return std::nullopt;
  std::string usual = text::to_lower_ascii(line);
  if (!usual.empty() && (usual.back() == '.' || usual.back() == ':')) usual.pop_back();
  if (std::find(usual_headings.begin(), usual_headings.end(), usual) != usual_headings.end()) {
    return Heading{{}, std::string(line.substr(0, usual.size())), 1};
  }
  const std::size_t length = number_length(line);
  if (length == 0 || length >= line.size()) return std::nullopt;
  std::size_t at = length;
  if (line[at] == '.' || line[at] == ')') ++at;
  const std::string_view title = text::trim(line.substr(at));
  if (at >= line.size() || line[at] != ' ' || !is_title(title)) return std::nullopt;
  const std::string number(line.substr(0, length));
  return Heading{number, std::string(title), 1 + static_cast<int>(std::count(number.begin(), number.end(), '.'))};
}

// The lines of a block as one: a word divided at the end of a line is whole again, where both parts are letters.
std::string join(const std::vector<std::string_view>& lines) {
  std::string out;
  for (const std::string_view line : lines) {
    const bool divided = out.size() > 1 && out.back() == '-' && is_lower(out[out.size() - 2]) && is_lower(line[0]);
    if (divided) {
      out.pop_back();
    } else if (!out.empty() && out.back() != '-') {
      out += ' ';
    }
    out += line;
  }
  return out;
}

}  // namespace

Read<paper::FullText> read_pdf_text(std::string_view raw, const paper::PaperId& id, int version) {
  std::string pages(raw.substr(0, 2 * max_text));
  std::replace(pages.begin(), pages.end(), '\f', '\n');
  const std::string text = text::sanitize(pages);
  std::vector<std::vector<std::string_view>> blocks(1);
  for (const std::string_view line : text::split(text, '\n')) {
    const std::string_view trimmed = text::trim(line);
    if (!trimmed.empty()) {
      blocks.back().push_back(trimmed);
    } else if (!blocks.back().empty()) {
      blocks.emplace_back();
    }
  }

  paper::FullTextBuilder builder(id, version, paper::FullText::Source::pdf);
  std::string number;  // one that stood alone: of the heading that follows, or of the page
  bool in_references = false;
  for (const std::vector<std::string_view>& lines : blocks) {
    if (lines.empty() || builder.size() > max_text) continue;
    std::size_t first = 0;
    const std::string_view top = lines[0];
    if (top.starts_with("arXiv:")) continue;
    if (lines.size() == 1 && number_length(top) == top.size() && !top.empty()) {
      number = top;
      continue;
    }
    std::optional<Heading> heading = heading_of(top);
    // "A Gaussian process" begins a paragraph; as a heading it stands alone.
    if (heading && !heading->number.empty() && is_upper(heading->number[0]) && lines.size() > 1) heading.reset();
    if (!heading && !number.empty() && lines.size() == 1 && is_title(top)) {
      heading = Heading{number, std::string(top), 1 + static_cast<int>(std::count(number.begin(), number.end(), '.'))};
    }
    if (heading && heading->number.empty()) heading->number = number;
    number.clear();
    if (heading) {
      const std::string name = text::to_lower_ascii(heading->title);
      const bool references = name == "references" || name == "bibliography";
      const bool appendix = name.starts_with("appendix") || (!heading->number.empty() && is_upper(heading->number[0]));
      if (references) in_references = true;
      if (in_references && !references && appendix) in_references = false;
      if (!in_references) builder.section(heading->number, heading->title, heading->level);
      first = 1;
    }
    if (in_references) continue;
    builder.paragraph(join({lines.begin() + static_cast<std::ptrdiff_t>(first), lines.end()}));
  }
  Read<paper::FullText> read;
  if (builder.size() < least_text) {
    read.error = "the PDF holds next to no text";
  } else {
    read.value = builder.finish();
  }
  return read;
}

Read<paper::FullText> read_paper_pdf(std::string_view bytes, const paper::PaperId& id, int version) {
  Read<paper::FullText> read;
  if (bytes.substr(0, 1024).find("%PDF-") == std::string_view::npos) {
    read.error = "it is no PDF";
    return read;
  }
  const std::vector<std::string> arguments{"-q", "-enc", "UTF-8", "-l", most_pages, "-", "-"};
  const sandbox::Result result = sandbox::run(find_program(), arguments, bytes, limits());
  if (result.end != sandbox::End::finished && result.end != sandbox::End::too_long) {
    read.error = "pdftotext: " + sandbox::describe(result);
    return read;
  }
  return read_pdf_text(result.output, id, version);
}

}  // namespace paperboy::integrations::arxiv
