#include "images/guest/agent/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "helpers/base/file.h"
#include "helpers/base/unique_fd.h"
#include "helpers/guest/wire/frame.h"

namespace dualpath::guest::agent {
namespace {

constexpr std::size_t kMostOutput = wire::kMaxPayload - sizeof(wire::ProgramState);

Error BadRequest(const std::string& operation, const std::string& payload) {
  return Error::FromErrno(operation, "a request of " + std::to_string(payload.size()) + " bytes",
                          EPROTO);
}

void MakeDirectoriesOf(const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    ::mkdir(path.substr(0, at).c_str(), 0755);
  }
}

/// Strings of a RunProgramRequest in the form for execve(2).
class Words {
 public:
  explicit Words(std::string text) : text_(std::move(text)) {
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t end = text_.find('\0', at);
      if (end == std::string::npos) break;
      words_.push_back(&text_[at]);
      at = end + 1;
    }
  }

  std::size_t size() const { return words_.size(); }

  std::vector<char*> Slice(std::size_t from, std::size_t count) const {
    const auto first = words_.begin() + static_cast<std::ptrdiff_t>(from);
    std::vector<char*> slice(first, first + static_cast<std::ptrdiff_t>(count));
    slice.push_back(nullptr);
    return slice;
  }

 private:
  std::string text_;
  std::vector<char*> words_;
};

/// Starts the program with /dev/null as its input and `output` for both of its outputs.
int Spawn(const std::vector<char*>& argv, const std::vector<char*>& environment,
          const std::string& output, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const int error_number =
      ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  return error_number;
}

std::string ReadOutput(const std::string& file, std::uint64_t offset, std::size_t most) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text(most, '\0');
  const ssize_t n = fd ? ::pread(fd.get(), text.data(), most, static_cast<off_t>(offset)) : 0;
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

}  // namespace

Status PutFile(const std::string& payload) {
  const auto request = wire::FromPayload<wire::PutFileRequest>(payload);
  if (!request) return BadRequest("put file", payload);
  const std::string path(request->path, ::strnlen(request->path, sizeof(request->path)));
  if (path.empty() || path[0] != '/') return Error::FromErrno("put file", path, EINVAL);
  MakeDirectoriesOf(path);
  const int new_file = request->offset == 0 ? O_CREAT | O_TRUNC : 0;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | new_file, request->mode));
  if (!fd) return Error::FromErrno("open file", path, errno);
  constexpr std::size_t kHeader = sizeof(wire::PutFileRequest);
  if (::lseek(fd.get(), static_cast<off_t>(request->offset), SEEK_SET) < 0) {
    return Error::FromErrno("seek in file", path, errno);
  }
  return WriteAll(fd.get(), path, std::string_view(payload).substr(kHeader));
}

Result<std::string> Program::AnswerRun(const std::string& payload) {
  const auto request = wire::FromPayload<wire::RunProgramRequest>(payload);
  if (!request) return BadRequest("run program", payload);
  const Words words(payload.substr(sizeof(wire::RunProgramRequest)));
  if (request->arguments == 0 ||
      words.size() != std::uint64_t{request->arguments} + request->variables) {
    return BadRequest("run program", payload);
  }
  const std::vector<char*> argv = words.Slice(0, request->arguments);
  if (State().running != 0) {
    return Error::FromErrno("run program", std::string(argv[0]) + ", while another one runs",
                            EBUSY);
  }
  pid_t pid = 0;
  const int error_number =
      Spawn(argv, words.Slice(request->arguments, request->variables), output_, pid);
  if (error_number != 0) return Error::FromErrno("run program", argv[0], error_number);
  pid_ = pid;
  running_ = true;
  const rlimit limit{wire::kMaxProgramFile, wire::kMaxProgramFile};
  ::prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr);
  return wire::ToPayload(State());
}

Result<std::string> Program::AnswerState(const std::string& payload) {
  const auto request = wire::FromPayload<wire::ProgramStateRequest>(payload);
  if (!request) return BadRequest("get the program's state", payload);
  if (request->signal != 0 && State().running != 0) {
    ::kill(pid_, static_cast<int>(request->signal));
  }
  // In this order, so that the output of a program that has ended is complete.
  const wire::ProgramState state = State();
  return wire::ToPayload(state) +
         ReadOutput(output_, request->output_offset,
                    std::min<std::size_t>(request->max_bytes, kMostOutput));
}

wire::ProgramState Program::State() {
  if (running_ && ::waitpid(pid_, &wait_status_, WNOHANG) != 0) running_ = false;
  wire::ProgramState state{};
  state.pid = pid_;
  state.running = running_ ? 1 : 0;
  if (!running_ && pid_ != 0) {
    state.exit_code = WIFEXITED(wait_status_) ? WEXITSTATUS(wait_status_) : 0;
    state.exit_signal = WIFSIGNALED(wait_status_) ? WTERMSIG(wait_status_) : 0;
  }
  struct stat output = {};
  if (pid_ != 0 && ::stat(output_.c_str(), &output) == 0) {
    state.output_bytes = static_cast<std::uint64_t>(output.st_size);
  }
  return state;
}

}  // namespace dualpath::guest::agent
