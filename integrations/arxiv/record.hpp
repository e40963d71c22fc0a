#pragma once
// From the strings of a record to the fields of a Paper: shared by the readers of RSS, OAI-PMH, the API and JSON lines,
// so that one paper reads the same whichever of them brought it. Pure.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/base/clock.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::integrations::arxiv {

// What a reader makes of bytes: a value, or why there is none.
template <class T>
struct Read {
  std::optional<T> value;
  std::string error;  // one line for people; empty with a value
};

// Sanitized, on one line.
std::string one_line(std::string_view raw);

void set_title(paper::Paper& paper, std::string_view raw);
void set_abstract(paper::Paper& paper, std::string_view raw);
// One author string, TeX and affiliations included.
void set_authors(paper::Paper& paper, std::string_view raw);
// What is no arXiv category goes to paper.classes.
void set_categories(paper::Paper& paper, std::span<const std::string> names);
void set_categories(paper::Paper& paper, std::string_view blank_separated);
// "65K10 (Primary), 90C30; 49M37" -> three classes; added to those there.
void add_classes(paper::Paper& paper, std::string_view terms);
// The first DOI of the field, without doi: or https://doi.org/ in front.
void set_doi(paper::Paper& paper, std::string_view raw);

// The UTC day of an instant.
Day day_of(Time t);

}  // namespace paperboy::integrations::arxiv
