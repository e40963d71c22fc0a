#include "integrations/arxiv/paper_texts.hpp"

#include <algorithm>

#include "daemon/base/log.hpp"
#include "daemon/sandbox/sandbox.hpp"
#include "integrations/arxiv/paper_html.hpp"
#include "integrations/arxiv/paper_pdf.hpp"

namespace paperboy::integrations::arxiv {
namespace {

// Behind a longer penalty nobody waits: the abstract is there now.
constexpr Duration patience = std::chrono::minutes(2);
constexpr Duration crawl_delay = std::chrono::seconds(15);  // arxiv.org/robots.txt
constexpr int most_failures = 3;
constexpr std::size_t most_remembered = 20'000;  // papers
// The least wait after an answer that was none.
constexpr Duration least_wait = std::chrono::minutes(5);

}  // namespace

PaperTexts::PaperTexts(std::shared_ptr<Office> office, std::string cache_folder, std::size_t cache_bytes)
    : office_(std::move(office)),
      page_gap_(5 * office_->settings.gap),
      worker_("texts"),
      cache_(std::move(cache_folder), cache_bytes) {
  const bool arxiv_itself =
      (office_->settings.html_url + office_->settings.pdf_url).find("arxiv.org") != std::string::npos;
  if (arxiv_itself) page_gap_ = std::max<Duration>(page_gap_, crawl_delay);
}

async::Awaitable<flow::TextAnswer> PaperTexts::text_of(paper::Paper paper) {
  flow::TextAnswer answer;
  answer.text = paper::full_text_of_abstract(paper);
  if (!paper.id.is_arxiv() || paper.withdrawn) co_return answer;
  const std::string key = paper.id.str() + "v" + std::to_string(paper.version);
  async::Turn turn(turns_);
  co_await turn.come();

  std::optional<paper::FullText> kept;
  std::function<void()> find = [&] { kept = cache_.find(paper.id, paper.version); };
  co_await worker_.run(std::move(find));
  if (kept) {
    answer.text = std::move(*kept);
    co_return answer;
  }
  if (hopeless_.contains(key)) co_return answer;

  bool done = false;
  co_await look_up(paper, answer, done);
  if (hopeless_.size() > most_remembered) hopeless_.clear();
  if (failures_.size() > most_remembered) failures_.clear();
  if (done) {
    failures_.erase(key);
    if (answer.text.source == paper::FullText::Source::abstract) hopeless_.insert(key);
    co_return answer;
  }
  if (++failures_[key] >= most_failures) {
    hopeless_.insert(key);
    failures_.erase(key);
    answer.again_at.reset();
  }
  co_return answer;
}

async::Awaitable<PaperTexts::Fetched> PaperTexts::fetch(std::string url) {
  Fetched fetched;
  const std::optional<Time> closed = co_await office_->desk.closed_until(patience);
  if (closed) {
    fetched.again_at = closed;
    co_return fetched;
  }
  const Time now = office_->clock.now();
  if (next_page_ > now) {
    const Duration wait = std::min<Duration>(next_page_ - now, page_gap_);
    co_await async::sleep_for(wait);
  }
  Reply reply = co_await office_->desk.ask_page(std::move(url));
  const Time after = office_->clock.now();
  next_page_ = after + page_gap_;
  const Meaning meaning = reply.answer.meaning;
  if (meaning == Meaning::ok) {
    fetched.there = true;
    fetched.bytes = std::move(reply.response.body);
  } else if (meaning != Meaning::permanent) {
    const Time least = after + least_wait;
    fetched.again_at = std::max(least, office_->desk.free_at());
  }
  co_return fetched;
}

async::Awaitable<> PaperTexts::look_up(const paper::Paper& paper, flow::TextAnswer& answer, bool& done) {
  // The address stands for the paper, wherever the settings say that arXiv is.
  const std::string name = paper.id.str() + (paper.version > 0 ? "v" + std::to_string(paper.version) : std::string());
  bool found = false;
  if (!paper::html_url(paper.id, paper.version).empty()) {
    std::string url = office_->settings.html_url + "/" + name;
    const Fetched page = co_await fetch(std::move(url));
    answer.again_at = page.again_at;
    if (page.again_at) co_return;
    if (page.there) co_await read(false, paper, page.bytes, answer, found);
  }
  if (!found && pdf_possible_) {
    std::string url = office_->settings.pdf_url + "/" + name;
    const Fetched file = co_await fetch(std::move(url));
    answer.again_at = file.again_at;
    if (file.again_at) co_return;
    if (file.there) co_await read(true, paper, file.bytes, answer, found);
  }
  done = true;
}

async::Awaitable<> PaperTexts::read(bool pdf, const paper::Paper& paper, const std::string& bytes,
                                    flow::TextAnswer& answer, bool& done) {
  Read<paper::FullText> text;
  std::string no_sandbox, no_cache;
  std::function<void()> work = [&] {
    try {
      text = pdf ? read_paper_pdf(bytes, paper.id, paper.version) : read_paper_html(bytes, paper.id, paper.version);
    } catch (const sandbox::Unavailable& error) {
      no_sandbox = error.what();
    }
    if (!text.value) return;
    if (text.value->title.empty()) text.value->title = paper.title;
    try {
      cache_.keep(*text.value);
    } catch (const Error& error) {
      no_cache = error.what();
    }
  };
  co_await worker_.run(std::move(work));
  if (!no_sandbox.empty()) {
    pdf_possible_ = false;
    log::warn("no PDF is read: papers without HTML are known by their abstracts",
              {{"component", "arxiv"}, {"err", no_sandbox}});
  }
  if (!no_cache.empty() && cache_works_) {
    cache_works_ = false;
    log::warn("texts of papers are not kept", {{"component", "arxiv"}, {"err", no_cache}});
  }
  if (!text.error.empty()) {
    log::info("a paper's text could not be read", {{"component", "arxiv"},
                                                   {"paper", paper.id.str()},
                                                   {"form", std::string_view(pdf ? "pdf" : "html")},
                                                   {"err", text.error}});
  }
  if (!text.value) co_return;
  answer.text = std::move(*text.value);
  done = true;
}

}  // namespace paperboy::integrations::arxiv
