#pragma once
// Texts of arXiv's papers: arxiv.org/html where there is one, else the PDF, through the lane of all questions to arXiv.
#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/async/turn.hpp"
#include "daemon/async/worker.hpp"
#include "daemon/flow/text_source.hpp"
#include "integrations/arxiv/office.hpp"
#include "integrations/arxiv/text_cache.hpp"

namespace paperboy::integrations::arxiv {

// One paper at a time; between pages five times the gap of the lane, and never less than the 15 s that arXiv's
// robots.txt asks for. A paper whose HTML and PDF arXiv does not have, or nobody can read, is asked for once in the
// life of the program; one that arXiv fails to answer for, three times.
class PaperTexts final : public flow::TextSource {
 public:
  PaperTexts(std::shared_ptr<Office> office, std::string cache_folder, std::size_t cache_bytes);

  async::Awaitable<flow::TextAnswer> text_of(paper::Paper paper) override;

 private:
  struct Fetched {
    std::string bytes;
    bool there = false;
    std::optional<Time> again_at;  // arXiv did not answer
  };
  async::Awaitable<Fetched> fetch(std::string url);
  async::Awaitable<> look_up(const paper::Paper& paper, flow::TextAnswer& answer, bool& done);
  async::Awaitable<> read(bool pdf, const paper::Paper& paper, const std::string& bytes, flow::TextAnswer& answer,
                          bool& done);

  std::shared_ptr<Office> office_;
  Duration page_gap_;
  async::Turns turns_;
  async::Worker worker_;
  TextCache cache_;  // on the worker
  Time next_page_{};
  std::set<std::string> hopeless_;       // "2611.00001v1"
  std::map<std::string, int> failures_;  // of arXiv, by the same
  bool pdf_possible_ = true, cache_works_ = true;
};

}  // namespace paperboy::integrations::arxiv
