#pragma once
// Real papers of the shared data, one JSON object a line.
#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/paper/paper.hpp"
#include "daemon/paper/tex.hpp"

namespace paperboy::match::test {

// As the source gave it: TeX, entities and odd characters included.
inline paper::Paper read_paper(const boost::json::value& json) {
  const auto text = [&json](const char* key) { return text::sanitize(std::string(json.at(key).as_string())); };
  const auto list = [&json](const char* key) {
    std::vector<std::string> out;
    for (const auto& item : json.at(key).as_array()) out.push_back(text::sanitize(std::string(item.as_string())));
    return out;
  };
  paper::Paper paper;
  paper.id = paper::PaperId::arxiv(text("id")).value();
  paper.title = text("title");
  paper.abstract = text("abstract");
  paper.authors = list("authors");
  paper.categories = list("categories");
  return paper;
}

// As the daemon stores it.
inline paper::Paper cleaned(paper::Paper paper) {
  paper.title = paper::clean_title(paper.title);
  paper.abstract = paper::clean_abstract(paper.abstract);
  return paper;
}

// The first `most` papers of a file, as the source gave them.
inline std::vector<paper::Paper> read_papers(const std::filesystem::path& file, std::size_t most = SIZE_MAX) {
  std::vector<paper::Paper> papers;
  InputFile input(file);
  for (std::string line; papers.size() < most && input.read_line(line);) {
    papers.push_back(read_paper(boost::json::parse(line)));
  }
  return papers;
}

}  // namespace paperboy::match::test
