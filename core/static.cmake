# SPDX-License-Identifier: GPL-2.0-or-later
# sc_static: how setuid and hot-path programs and the small clients are compiled and linked: static, position-independent,
# with libc alone.

# A static glibc program spends more on its own start (asking the processor what it is, which a virtual machine makes
# slow) than an entry spends on entering, and 0.8 MB on libc: docs/performance.md. So musl's libc is used where it is
# installed: at Debian's places, or at Fedora's.
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-multiarch OUTPUT_VARIABLE multiarch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(multiarch)
  string(REPLACE "-gnu" "-musl" musl_arch "${multiarch}")
else()
  set(musl_arch ${CMAKE_SYSTEM_PROCESSOR}-linux-musl)
endif()
find_path(MUSL_INCLUDE features.h PATHS /usr/include/${musl_arch} /usr/${musl_arch}/include NO_DEFAULT_PATH)
find_path(MUSL_LIB rcrt1.o PATHS /usr/lib/${musl_arch} /usr/${musl_arch}/lib64 /usr/${musl_arch}/lib NO_DEFAULT_PATH)
if(MUSL_INCLUDE AND MUSL_LIB)
  set(SC_ENTER_LIBC_DEFAULT musl)
else()
  set(SC_ENTER_LIBC_DEFAULT glibc)
endif()
set(SC_ENTER_LIBC ${SC_ENTER_LIBC_DEFAULT} CACHE STRING "libc of the entry programs and clients: musl (Debian's musl-tools) or glibc")
message(STATUS "the entry programs and clients are linked with ${SC_ENTER_LIBC}")

add_library(sc_static INTERFACE)
target_link_libraries(sc_static INTERFACE sc_flags)
target_compile_options(sc_static INTERFACE -O2 -fPIE)
target_link_options(sc_static INTERFACE -Wl,-z,relro,-z,now)
if(NOT SC_ENTER_LIBC STREQUAL musl)
  target_link_options(sc_static INTERFACE -static-pie)
  return()
endif()

# musl brings no kernel headers: those of the system, and nothing else of its include folder.
set(kernel ${CMAKE_CURRENT_BINARY_DIR}/enter/kernel)
file(MAKE_DIRECTORY ${kernel})
foreach(folder linux asm-generic asm)
  foreach(base /usr/include /usr/include/${multiarch})
    if(EXISTS ${base}/${folder} AND NOT EXISTS ${kernel}/${folder})
      file(CREATE_LINK ${base}/${folder} ${kernel}/${folder} SYMBOLIC)
    endif()
  endforeach()
endforeach()
function(ask_compiler what ret)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=${what} OUTPUT_VARIABLE answer
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${ret} ${answer} PARENT_SCOPE)
endfunction()
ask_compiler(include own_include) # stdarg.h and the like
ask_compiler(libgcc.a libgcc)
# By hand, for musl-gcc knows no static position-independent programs.
target_compile_options(sc_static INTERFACE -nostdinc "SHELL:-isystem ${MUSL_INCLUDE}" "SHELL:-isystem ${own_include}"
  "SHELL:-idirafter ${kernel}")
target_link_options(sc_static INTERFACE -static -nostdlib -Wl,-pie,--no-dynamic-linker,-z,text ${MUSL_LIB}/rcrt1.o ${MUSL_LIB}/crti.o)
target_link_libraries(sc_static INTERFACE ${MUSL_LIB}/libc.a ${libgcc} ${MUSL_LIB}/crtn.o)
