#pragma once
// The sample of real papers, as they come (TeX and odd characters included).
#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::match::test {

inline std::vector<paper::Paper> sample_papers(const std::filesystem::path& shared_data) {
  std::vector<paper::Paper> papers;
  InputFile file(shared_data / "corpus" / "papers-sample.jsonl.gz");
  for (std::string line; file.read_line(line);) {
    const boost::json::value json = boost::json::parse(line);
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
    papers.push_back(std::move(paper));
  }
  return papers;
}

}  // namespace paperboy::match::test
