#include "daemon/async/worker.hpp"

#include <pthread.h>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace paperboy::async {

namespace asio = boost::asio;

namespace {

using Done = asio::any_completion_handler<void(std::exception_ptr)>;
using WorkGuard = asio::executor_work_guard<asio::any_io_executor>;

struct Job {
  std::function<void()> work;
  Done done;
  std::optional<WorkGuard> guard;  // keeps the caller's loop running until it has heard; none: nobody waits in a loop
};

// What `work` threw, if anything. The exception leaves the thread that threw it only after its catch block has ended,
// so that the thread which hears of it holds it alone.
std::exception_ptr outcome_of(const std::function<void()>& work) {
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  return failure;
}

// Where a thread without a loop waits.
class Answer {
 public:
  void give(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    given_ = true;
    changed_.notify_one();  // under the lock: whoever waits may destroy this as soon as it is free
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return given_; });
    if (failure_) std::rethrow_exception(std::move(failure_));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr failure_;
  bool given_ = false;
};

void run_job(Job job) {
  std::exception_ptr failure = outcome_of(job.work);
  job.work = nullptr;  // what it captured dies here, before the caller goes on
  if (!job.guard) return;
  const auto executor = job.guard->get_executor();
  asio::post(executor, [done = std::move(job.done), failure = std::move(failure),
                        guard = std::move(job.guard)]() mutable { std::move(done)(std::move(failure)); });
}

}  // namespace

struct Worker::State {
  explicit State(const std::string& thread_name) : thread([this] { loop(); }) {
    pthread_setname_np(thread.native_handle(), thread_name.substr(0, 15).c_str());  // the kernel's limit
  }
  ~State() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    posted.notify_one();
    thread.join();
  }

  void post(Job job) {
    {
      const std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
    }
    posted.notify_one();
  }

  void loop() {
    for (std::unique_lock lock(mutex);;) {
      posted.wait(lock, [this] { return closing || !jobs.empty(); });
      if (jobs.empty()) return;
      Job job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      run_job(std::move(job));
      lock.lock();
    }
  }

  std::mutex mutex;
  std::condition_variable posted;
  std::deque<Job> jobs;
  bool closing = false;
  std::thread thread;  // last: it uses all of the above
};

Worker::Worker(std::string thread_name) : state_(std::make_unique<State>(thread_name)) {}
Worker::~Worker() = default;

Awaitable<> Worker::run(std::function<void()> work) {
  auto start = [state = state_.get()](auto handler, std::function<void()> job) {
    asio::any_io_executor executor = asio::get_associated_executor(handler);
    state->post(Job{std::move(job), Done(std::move(handler)), WorkGuard(std::move(executor))});
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(start), asio::use_awaitable, std::move(work));
}

void Worker::run_blocking(std::function<void()> work) {
  if (std::this_thread::get_id() == state_->thread.get_id()) {
    throw std::logic_error("Worker::run_blocking on the worker's own thread would wait for itself");
  }
  Answer answer;
  state_->post(Job{[&] { answer.give(outcome_of(work)); }, Done(), std::nullopt});
  answer.wait();
}

}  // namespace paperboy::async
