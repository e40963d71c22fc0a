#include "integrations/arxiv/record.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "daemon/base/text.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/paper/tex.hpp"

namespace paperboy::integrations::arxiv {

std::string one_line(std::string_view raw) {
  return text::collapse_space(text::sanitize(raw));
}

void set_title(paper::Paper& paper, std::string_view raw) {
  std::string kept = one_line(raw);
  paper.title = paper::clean_title(kept);
  paper.title_raw = kept == paper.title ? std::string() : std::move(kept);
}

void set_abstract(paper::Paper& paper, std::string_view raw) {
  const std::string sane = text::sanitize(raw);
  const std::string_view kept = text::trim(sane);
  paper.abstract = paper::clean_abstract(kept);
  paper.abstract_raw = kept == paper.abstract ? std::string() : std::string(kept);
}

void set_authors(paper::Paper& paper, std::string_view raw) {
  paper.authors_raw = one_line(raw);
  paper.authors = paper::split_authors(paper.authors_raw);
}

void set_categories(paper::Paper& paper, std::span<const std::string> names) {
  paper.categories = paper::canonical_categories(names, &paper.classes);
}

void set_categories(paper::Paper& paper, std::string_view blank_separated) {
  const std::string line = one_line(blank_separated);
  std::vector<std::string> names;
  for (const std::string_view name : text::split(line, ' ')) {
    if (!name.empty()) names.emplace_back(name);
  }
  set_categories(paper, names);
}

void add_classes(paper::Paper& paper, std::string_view terms) {
  std::string line = one_line(terms);
  std::replace(line.begin(), line.end(), ';', ',');
  for (std::string_view term : text::split(line, ',')) {
    const std::size_t remark = term.find('(');  // (Primary), (Secondary)
    term = text::trim(term.substr(0, remark));
    if (term.empty()) continue;
    if (std::find(paper.classes.begin(), paper.classes.end(), term) == paper.classes.end()) {
      paper.classes.emplace_back(term);
    }
  }
}

void set_doi(paper::Paper& paper, std::string_view raw) {
  const std::string line = one_line(raw);
  std::string_view doi = std::string_view(line).substr(0, line.find(' '));
  constexpr std::array<std::string_view, 5> prefixes = {"https://doi.org/", "http://doi.org/", "https://dx.doi.org/",
                                                        "http://dx.doi.org/", "doi:"};
  for (const std::string_view prefix : prefixes) {
    if (text::starts_with_ci(doi, prefix)) doi.remove_prefix(prefix.size());
  }
  paper.doi = doi;
}

Day day_of(Time t) {
  return std::chrono::floor<std::chrono::days>(t);
}

}  // namespace paperboy::integrations::arxiv
