#include "helpers/guest/program_files.h"

#include <filesystem>
#include <set>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/lean_program.h"
#include "helpers/process/libraries.h"

namespace dualpath::guest {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kExecutable = 0755;

}  // namespace

std::size_t ProgramFiles::Bytes() const {
  std::size_t bytes = 0;
  for (const File& file : files) bytes += file.content.size();
  return bytes;
}

Result<ProgramFiles> GatherProgram(const ProgramOptions& options, Deadline deadline) {
  DUALPATH_TRY(std::string content, ReadFile(options.program));
  if (options.left_out) {
    DUALPATH_TRY(content, WithoutLibraries(content, options.program, options.left_out));
  }
  // ldd must see the program without the libraries left out, not the installed one.
  DUALPATH_TRY(const TemporaryDirectory staging, TemporaryDirectory::Create());
  const std::string name = fs::path(options.program).filename().string();
  const std::string copy = staging.path() + "/" + name;
  DUALPATH_TRY_STATUS(WriteFileAtomically(copy, content));
  DUALPATH_TRY(const std::set<std::string> libraries, process::LibrariesOf(copy, deadline));

  ProgramFiles gathered;
  for (const std::string& library : libraries) {
    const std::string path = options.directory + "/" + fs::path(library).filename().string();
    DUALPATH_TRY(std::string bytes, ReadFile(library));
    gathered.files.push_back({path, kExecutable, std::move(bytes)});
    if (process::IsLoader(library)) gathered.command = {path, "--library-path", options.directory};
  }
  const std::string program = options.directory + "/" + name;
  gathered.files.push_back({program, kExecutable, std::move(content)});
  gathered.command.push_back(program);
  return gathered;
}

Status Put(const ProgramFiles& program, AgentClient& agent, Deadline deadline) {
  for (const ProgramFiles::File& file : program.files) {
    DUALPATH_TRY_STATUS(agent.PutFile(file.path, file.mode, file.content, deadline));
  }
  return Ok{};
}

}  // namespace dualpath::guest
